package mail

import "github.com/tillbird/tillbird/views"

func (d *draft) confirmEmail() {
	subject, end := d.w.T("letter.confirm_email.subject"), d.w.T("letter.confirm_email.end")
	text := d.w.T("letter.confirm_email.text", "Address", d.letter.Recipient)
	d.begin(subject, subject, text)
	d.say(text)
	d.button(d.w.T("letter.confirm_email.button"), views.ConfirmationPath(d.letter.Secret))
	d.say(end)
	d.account()
}

func (d *draft) accountExists() {
	subject := d.w.T("letter.account_exists.subject")
	text := d.w.T("letter.account_exists.text", "Site", d.mail.site())
	d.begin(subject, subject, text)
	d.say(text)
	d.button(d.w.T("letter.account_exists.button"), views.LoginPath)
	d.links(views.LetterLink{Href: d.mail.link(views.PasswordPath), Label: d.w.T("letter.account_exists.password")})
	d.say(d.w.T("letter.account_exists.end"))
	d.account()
}

func (d *draft) resetPassword() {
	subject := d.w.T("letter.reset_password.subject")
	text := d.w.T("letter.reset_password.text", "Address", d.letter.Recipient)
	d.begin(subject, subject, text)
	d.say(text)
	d.button(d.w.T("letter.reset_password.button"), views.PasswordResetPath(d.letter.Secret))
	d.say(d.w.T("letter.reset_password.end"))
	d.account()
}

func (d *draft) passwordChanged() {
	subject := d.w.T("letter.password_changed.subject")
	text := d.w.T("letter.password_changed.text", "Address", d.letter.Recipient, "When", d.w.DateTimeText(d.letter.CreatedAt))
	d.begin(subject, subject, text)
	d.say(text)
	d.say(d.w.T("letter.password_changed.end"))
	d.button(d.w.T("letter.password_changed.button"), views.PasswordPath)
	d.account()
}
