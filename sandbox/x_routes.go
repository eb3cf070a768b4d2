package sandbox

import (
	"net/http"
	"strings"
)

const (
	reading = "tweet.read users.read"
	writing = "tweet.read tweet.write users.read"
)

// xEndpoints are what X's API offers here, with how many requests one caller has in a quarter of an hour.
var xEndpoints = []xEndpoint{
	{method: "GET", path: "/2/users/me", limit: 75, scope: reading, do: getMe},
	{method: "GET", path: "/2/users/{id}", limit: 900, scope: reading, app: true, do: getUser},
	{method: "GET", path: "/2/users/by/username/{username}", limit: 900, scope: reading, app: true, do: getUserByName},
	{method: "GET", path: "/2/users/{id}/tweets", limit: 900, scope: reading, app: true, do: getUserTweets},
	{method: "GET", path: "/2/users/{id}/mentions", limit: 300, scope: reading, app: true, do: getMentions},
	{method: "GET", path: "/2/tweets/search/recent", limit: 300, scope: reading, app: true, do: searchRecent},
	{method: "GET", path: "/2/tweets", limit: 900, scope: reading, app: true, do: getTweets},
	{method: "GET", path: "/2/tweets/{id}", limit: 900, scope: reading, app: true, do: getTweet},
	{method: "POST", path: "/2/tweets", limit: 100, scope: writing, status: http.StatusCreated, do: createTweet},
	{method: "DELETE", path: "/2/tweets/{id}", limit: 50, scope: writing, do: deleteTweet},

	{method: "POST", path: "/2/media/upload/initialize", limit: 1875, scope: "media.write", do: initializeMedia},
	{method: "POST", path: "/2/media/upload/{id}/append", limit: 1875, scope: "media.write", do: appendMedia},
	{method: "POST", path: "/2/media/upload/{id}/finalize", limit: 1875, scope: "media.write", do: finalizeMedia},
	{method: "POST", path: "/2/media/metadata", limit: 500, scope: "media.write", do: describeMedia},

	{method: "GET", path: "/2/webhooks", limit: 450, app: true, do: listXWebhooks},
	{method: "POST", path: "/2/webhooks", limit: 450, app: true, calls: true, do: createXWebhook},
	{method: "PUT", path: "/2/webhooks/{id}", limit: 450, app: true, calls: true, do: checkXWebhook},
	{method: "DELETE", path: "/2/webhooks/{id}", limit: 450, app: true, do: deleteXWebhook},
	{method: "GET", path: "/2/activity/subscriptions", limit: 500, scope: reading, app: true, do: listSubscriptions},
	{method: "POST", path: "/2/activity/subscriptions", limit: 500, scope: reading, app: true, do: createSubscription},
	{method: "DELETE", path: "/2/activity/subscriptions/{id}", limit: 500, scope: reading, app: true, do: deleteSubscription},
}

// Handler serves X's API, its sign-in and its pages, on loopback names alone.
func (x *X) Handler() http.Handler {
	api := http.NewServeMux()
	for _, e := range xEndpoints {
		api.HandleFunc(e.method+" "+e.path, x.serve(e))
	}
	api.HandleFunc("POST /2/oauth2/token", x.answerToken)
	api.HandleFunc("POST /2/oauth2/revoke", x.answerRevoke)
	api.HandleFunc("/", x.notOffered)
	site := http.NewCrossOriginProtection().Handler(x.site())
	return loopbackOnly(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/2/") {
			api.ServeHTTP(w, r)
			return
		}
		site.ServeHTTP(w, r)
	}))
}

// site are the pages that people see.
func (x *X) site() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /i/oauth2/authorize", x.showAuthorize)
	mux.HandleFunc("POST /i/oauth2/authorize", x.createAuthorization)

	mux.HandleFunc("GET /{$}", x.showTimeline)
	mux.HandleFunc("GET /intent/post", x.showCompose)
	mux.HandleFunc("GET /intent/tweet", x.showCompose)
	mux.HandleFunc("POST /posts", x.createPost)
	mux.HandleFunc("POST /posts/{id}/removal", x.deletePost)
	mux.HandleFunc("POST /posts/{id}/likes", x.updateLike)
	mux.HandleFunc("POST /posts/{id}/reposts", x.updateRepost)
	mux.HandleFunc("POST /session", x.createSession)
	mux.HandleFunc("POST /session/removal", x.deleteSession)
	mux.HandleFunc("GET /people", x.listPeople)
	mux.HandleFunc("POST /people", x.createPerson)
	mux.HandleFunc("POST /grants/removal", x.deleteGrants)

	mux.HandleFunc("GET /operator", x.showOperator)
	mux.HandleFunc("POST /operator/switches", x.updateSwitches)
	mux.HandleFunc("POST /operator/faults", x.updateFaults)
	mux.HandleFunc("POST /operator/clock", x.updateClock)
	mux.HandleFunc("POST /operator/webhooks/{id}/checks", x.createCheck)
	mux.HandleFunc("POST /operator/deliveries/{seq}", x.repeatDelivery)

	mux.HandleFunc("GET /media/{id}", x.showMedia)
	mux.HandleFunc("GET /cards/{digest}", x.showCardPicture)
	mux.HandleFunc("GET /style.css", x.sb.showStyle)
	mux.HandleFunc("GET /x.css", x.showXStyle)
	mux.HandleFunc("GET /{handle}", x.showPerson)
	mux.HandleFunc("GET /faces/{handle}", x.showPersonPicture)
	mux.HandleFunc("GET /{handle}/status/{id}", x.showStatus)
	mux.HandleFunc("/", x.sb.notFound)
	return mux
}
