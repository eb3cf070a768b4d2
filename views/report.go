package views

// ReportForm is a complaint as typed.
type ReportForm struct {
	Reason, Words, Email string
	Errors               FieldErrors // by reason, words, email and form
	Sent                 bool
}

// reportWords is how long a complaint may be.
const reportWords = 2000
