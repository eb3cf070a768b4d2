package mail

import (
	"context"
	netmail "net/mail"
	"strings"
	"unicode"

	"github.com/wneessen/go-mail"

	"github.com/tillbird/tillbird/models"
	"github.com/tillbird/tillbird/views"
)

// message puts a written letter into the form of the wire: plain text and page side by side.
func (m *Mail) message(ctx context.Context, letter *models.Letter, written *written) (*mail.Msg, error) {
	var page strings.Builder
	if err := views.LetterPage(written.Letter).Render(ctx, &page); err != nil {
		return nil, err
	}
	message := mail.NewMsg(mail.WithNoDefaultUserAgent())
	from, err := netmail.ParseAddress(m.set.From)
	if err != nil {
		return nil, err
	}
	message.FromMailAddress(&netmail.Address{Name: oneLine(from.Name), Address: from.Address})
	// Parsed as an address and nothing else, so that it can neither add recipients nor headers.
	to, err := netmail.ParseAddress("<" + letter.Recipient + ">")
	if err != nil {
		return nil, err
	}
	message.ToMailAddress(to)
	if written.ReplyTo != "" {
		reply, err := netmail.ParseAddress("<" + written.ReplyTo + ">")
		if err == nil {
			message.ReplyToMailAddress(&netmail.Address{Name: oneLine(written.ReplyName), Address: reply.Address})
		}
	}
	message.Subject(written.Subject)
	message.SetMessageIDWithValue(letter.ID + "@" + m.senderHost())
	message.SetDateWithValue(m.store.Now())
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetGenHeader("Content-Language", written.W.Lang())
	if written.Stop.Href != "" {
		// RFC 8058: the mailbox's own button posts there, without a page between.
		message.SetGenHeader("List-Unsubscribe", "<"+written.Stop.Href+">")
		message.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	message.SetBodyString(mail.TypeTextPlain, plain(written.Letter))
	message.AddAlternativeString(mail.TypeTextHTML, page.String())
	return message, nil
}

// maxSubject keeps subjects within what lists of letters show and servers take.
const maxSubject = 150

// oneLine is a text as a header may hold it: no line breaks, no characters that steer, not endless.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) && r != '\u00a0' && r != '\u202f':
			return ' '
		case unicode.IsControl(r), r == unicode.ReplacementChar, r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\u2028', r == '\u2029':
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.Trim(text, " ")
	if runes := []rune(text); len(runes) > maxSubject {
		text = strings.TrimRight(string(runes[:maxSubject-1]), " ") + "…"
	}
	return text
}
