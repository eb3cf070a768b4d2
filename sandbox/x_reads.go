package sandbox

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// getMe is GET /2/users/me.
func getMe(r *xrequest) (object, error) {
	o, err := r.shownPerson(r.me)
	return object{"data": o}, err
}

// getUser is GET /2/users/{id}.
func getUser(r *xrequest) (object, error) {
	id, _ := readID(r.http.PathValue("id"))
	p, err := r.person(id)
	return r.answerPerson(p, err, "id", r.http.PathValue("id"))
}

// getUserByName is GET /2/users/by/username/{username}.
func getUserByName(r *xrequest) (object, error) {
	p, err := r.called(r.http.PathValue("username"))
	return r.answerPerson(p, err, "username", r.http.PathValue("username"))
}

func (r *xrequest) answerPerson(p *xPerson, err error, parameter, value string) (object, error) {
	if err != nil {
		return nil, err
	}
	if p == nil { // X answers 200 here
		return object{"errors": []any{notThere("user", parameter, value).inList()}}, nil
	}
	o, err := r.shownPerson(p)
	return object{"data": o}, err
}

// getTweet is GET /2/tweets/{id}.
func getTweet(r *xrequest) (object, error) {
	return r.byID([]string{r.http.PathValue("id")}, "id", true)
}

// getTweets is GET /2/tweets?ids=….
func getTweets(r *xrequest) (object, error) {
	ids := strings.Split(r.query.Get("ids"), ",")
	if len(ids) > 100 {
		return nil, invalidRequest("ids", r.query.Get("ids"), "The number of values in the `ids` query parameter list [%d] is not between 1 and 100", len(ids))
	}
	return r.byID(ids, "ids", false)
}

// byID answers the posts that are there, and names the others beside them.
func (r *xrequest) byID(ids []string, parameter string, alone bool) (object, error) {
	var found []*xPost
	var missing []any
	for _, text := range ids {
		id, ok := readID(text)
		if !ok {
			return nil, invalidRequest(parameter, text, "The `%s` query parameter value [%s] is not valid", parameter, text)
		}
		p, err := r.post(id)
		if err != nil {
			return nil, err
		}
		if p == nil {
			missing = append(missing, notThere("tweet", parameter, text).inList())
			continue
		}
		found = append(found, p)
	}
	o, err := r.answerPosts(found, alone)
	if missing != nil && err == nil {
		o["errors"] = missing
	}
	return o, err
}

// getUserTweets is GET /2/users/{id}/tweets.
func getUserTweets(r *xrequest) (object, error) {
	id, _ := readID(r.http.PathValue("id"))
	where, args := `p.author = ?`, []any{id}
	excluded := r.named("exclude")
	if excluded["replies"] {
		where += ` AND p.answers IS NULL`
	}
	if excluded["retweets"] || excluded["reposts"] {
		where += ` AND p.reposts IS NULL`
	}
	return r.listed(5, "pagination_token", where, args)
}

// getMentions is GET /2/users/{id}/mentions: also of posts whose mention X itself put there.
func getMentions(r *xrequest) (object, error) {
	id, _ := readID(r.http.PathValue("id"))
	return r.listed(5, "pagination_token", `p.reposts IS NULL AND p.id IN (SELECT post FROM x_mentions WHERE person = ?)`, []any{id})
}

// recent is how far back a search finds anything.
const recent = 7 * 24 * time.Hour

// searchRecent is GET /2/tweets/search/recent.
func searchRecent(r *xrequest) (object, error) {
	since := r.now.Add(-recent)
	if id, ok := readID(r.query.Get("since_id")); ok && id>>22+epoch < milliseconds(since) {
		return nil, invalidRequest("since_id", r.query.Get("since_id"), "'since_id' must be a tweet id created after [%s]. Please use a 'since_id' that is larger than %d", xTime(milliseconds(since)), (milliseconds(since)-epoch)<<22)
	}
	where, args, err := r.searched(r.query.Get("query"))
	if err != nil {
		return nil, err
	}
	return r.listed(10, "next_token", where+` AND p.at >= ?`, append(args, milliseconds(since)))
}

// searched turns a query of X's into one of ours; what the sandbox does not know is refused rather than overlooked.
func (r *xrequest) searched(query string) (where string, args []any, err error) {
	if query = strings.TrimSpace(query); query == "" || len(query) > 512 {
		return "", nil, invalidRequest("query", query, "The `query` query parameter must be between 1 and 512 characters.")
	}
	where = `1 = 1`
	for _, term := range strings.Fields(query) {
		no := strings.HasPrefix(term, "-")
		clause, value := "", ""
		switch name, rest, operator := strings.Cut(strings.TrimPrefix(term, "-"), ":"); {
		case operator && name == "conversation_id":
			clause, value = `p.conversation = CAST(? AS INTEGER)`, rest
		case operator && name == "in_reply_to_tweet_id":
			clause, value = `coalesce(p.answers, 0) = CAST(? AS INTEGER)`, rest
		case operator && name == "from":
			clause, value = `p.author IN (SELECT id FROM x_people WHERE handle = ? OR CAST(id AS TEXT) = ?1)`, strings.TrimPrefix(rest, "@")
		case operator && name == "to":
			clause, value = `p.answers IN (SELECT q.id FROM x_posts q JOIN x_people o ON o.id = q.author WHERE o.handle = ?)`, strings.TrimPrefix(rest, "@")
		case operator && name == "is" && (rest == "retweet" || rest == "repost"):
			clause, value = `p.reposts IS NOT NULL AND ? <> ''`, rest
		case operator && name == "is" && rest == "reply":
			clause, value = `p.answers IS NOT NULL AND ? <> ''`, rest
		case operator && name == "is" && rest == "quote":
			clause, value = `p.quotes IS NOT NULL AND ? <> ''`, rest
		case operator && name == "url":
			clause, value = `instr(p.written, ?) > 0`, strings.Trim(rest, `"`)
		case strings.HasPrefix(term, "@"):
			clause, value = `p.id IN (SELECT m.post FROM x_mentions m JOIN x_people o ON o.id = m.person WHERE o.handle = ?)`, term[1:]
		case operator || strings.ContainsAny(term, `()"`) || term == "OR":
			return "", nil, invalidRequest("query", query, "There were errors processing your request: the sandbox does not know [%s].", term)
		default:
			clause, value = `instr(lower(p.head || p.written), lower(?)) > 0`, strings.TrimPrefix(term, "-")
		}
		args = append(args, value)
		clause = strings.ReplaceAll(clause, "?1", "?"+strconv.Itoa(len(args)))
		if no {
			clause = `NOT (` + clause + `)`
		}
		where += ` AND (` + clause + `)`
	}
	return where, args, nil
}

// listed answers one page of a list, newest first.
func (r *xrequest) listed(least int, tokenName, where string, args []any) (object, error) {
	size := 10
	if text := r.query.Get("max_results"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > 100 {
			return nil, invalidRequest("max_results", text, "The `max_results` query parameter value [%s] is not between %d and 100", text, least)
		}
		size = n
	}
	for _, bound := range []struct{ name, clause string }{{"since_id", ` AND p.id > ?`}, {"until_id", ` AND p.id < ?`}} {
		text := r.query.Get(bound.name)
		if text == "" {
			continue
		}
		id, ok := readID(text)
		if !ok {
			return nil, invalidRequest(bound.name, text, "The `%s` query parameter value [%s] is not valid", bound.name, text)
		}
		where, args = where+bound.clause, append(args, id)
	}
	for _, bound := range []struct{ name, clause string }{{"start_time", ` AND p.at >= ?`}, {"end_time", ` AND p.at < ?`}} {
		text := r.query.Get(bound.name)
		if text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return nil, invalidRequest(bound.name, text, "The `%s` query parameter value [%s] is not a valid RFC 3339 time", bound.name, text)
		}
		where, args = where+bound.clause, append(args, milliseconds(at))
	}
	token := r.query.Get(tokenName)
	if token == "" {
		token = r.query.Get("pagination_token")
	}
	if token != "" {
		before, err := strconv.ParseInt(token, 36, 64)
		if err != nil {
			return nil, invalidRequest(tokenName, token, "The `%s` query parameter value [%s] is not valid", tokenName, token)
		}
		where, args = where+` AND p.id < ?`, append(args, before)
	}
	found, err := r.posts(fmt.Sprintf(`WHERE p.deleted = 0 AND %s ORDER BY p.id DESC LIMIT %d`, where, size+1), args...)
	if err != nil {
		return nil, err
	}
	meta := object{}
	if len(found) > size {
		found = found[:size]
		meta["next_token"] = strconv.FormatInt(found[size-1].ID, 36)
	}
	o, err := r.answerPosts(found, false)
	if err != nil {
		return nil, err
	}
	meta["result_count"] = len(found)
	if len(found) > 0 {
		meta["newest_id"], meta["oldest_id"] = idText(found[0].ID), idText(found[len(found)-1].ID)
	}
	o["meta"] = meta
	return o, nil
}
