package sandbox

import (
	"net/http"
	"strconv"
)

// createTweet is POST /2/tweets.
func createTweet(r *xrequest) (object, error) {
	if r.body == nil {
		return nil, invalidRequest("body", "", "The body is not a JSON object.")
	}
	for name := range r.body {
		switch name {
		case "text", "reply", "media", "quote_tweet_id", "quote_post_id", "made_with_ai", "reply_settings", "nullcast", "for_super_followers_only", "share_with_followers":
		default:
			return nil, &problem{
				status: http.StatusBadRequest, title: "Invalid Request", detail: "One or more parameters to your request was invalid.", kind: problems + "invalid-request",
				more: object{"errors": []any{object{"message": "$." + name + ": is not defined in the schema and the schema does not allow additional properties"}}},
			}
		}
	}
	d := xDraft{Text: str(r.body, "text"), App: true}
	var err error
	if d.Answers, err = idIn(sub(r.body, "reply"), "in_reply_to_tweet_id", "in_reply_to_post_id"); err != nil {
		return nil, err
	}
	if d.Quotes, err = idIn(r.body, "quote_tweet_id", "quote_post_id"); err != nil {
		return nil, err
	}
	for _, value := range list(sub(r.body, "media"), "media_ids") {
		text, _ := value.(string)
		id, ok := readID(text)
		if !ok {
			return nil, invalidRequest("media.media_ids", text, "Your media IDs are invalid.")
		}
		d.Media = append(d.Media, id)
	}
	p, err := r.publish(r.me, d)
	if err != nil {
		return nil, err
	}
	id := strconv.FormatInt(p.ID, 10)
	return object{"data": object{"id": id, "text": p.Head + p.Text, "edit_history_tweet_ids": []any{id}}}, nil
}

// idIn reads an id under either of its names, 0 where there is none.
func idIn(o object, names ...string) (int64, error) {
	for _, name := range names {
		value, given := o[name]
		if !given {
			continue
		}
		text, _ := value.(string)
		id, ok := readID(text)
		if !ok {
			return 0, invalidRequest(name, text, "The `%s` value [%s] is not valid.", name, text)
		}
		return id, nil
	}
	return 0, nil
}

// deleteTweet is DELETE /2/tweets/{id}; X says the same of a post that is not there and of another's.
func deleteTweet(r *xrequest) (object, error) {
	id, ok := readID(r.http.PathValue("id"))
	if !ok {
		return nil, invalidRequest("id", r.http.PathValue("id"), "The `id` query parameter value [%s] is not valid", r.http.PathValue("id"))
	}
	p, err := r.post(id)
	if err != nil {
		return nil, err
	}
	if p != nil && p.Author != r.me.ID {
		return nil, forbidden("You are not authorized to delete this Tweet.")
	}
	gone, err := r.withdraw(r.me, id)
	return object{"data": object{"deleted": gone}}, err
}
