package sandbox

var english = map[string]string{
	"strip": "Sandbox: no real money moves.",

	"pay.title": "Pay {seller}", "pay.button": "Pay {amount}", "pay.button.book": "Book for {amount}", "pay.button.donate": "Donate {amount}",
	"pay.keep": "Save a card", "pay.keep.about": "Nothing is charged now.", "pay.button.keep": "Save card", "pay.keep.declined": "The card was not saved",
	"pay.discount": "Discount", "pay.shipping": "Delivery", "pay.tax": "Tax", "pay.tax.later": "worked out from your address",
	"pay.total": "Total", "pay.back": "Back", "pay.contact": "Contact", "pay.card": "Card", "pay.ship": "Delivery address", "pay.bill": "Billing address",
	"pay.summary": "Your order", "pay.tests": "Test cards", "pay.tests.about": "Press one to type it in. Then pay.",
	"pay.problems": "Some things need another look", "pay.declined": "The payment did not go through",

	"field.email": "E-mail", "field.number": "Card number", "field.expiry": "Expiry (MM / YY)", "field.cvc": "Security code", "field.card_name": "Name on card",
	"field.phone": "Phone", "field.address_line1": "Address", "field.address_line2": "Address, second line (optional)", "field.postal_code": "Postal code",
	"field.city": "City", "field.state": "State or region (optional)", "field.country": "Country", "field.choose": "Choose",
	"field.tos": "I agree to the seller’s terms of sale.",

	"problem.required": "Fill this in.", "problem.number": "This card number is not complete or has a mistake in it.",
	"problem.test_card": "This is not a test card. Real cards have no place here: press one of the test cards below.",
	"problem.expiry":    "Write the date as on the card, such as 12 / 28.", "problem.past": "This date is in the past.",
	"problem.cvc": "The code has 3 digits (4 on American Express).", "problem.email": "Write an e-mail address such as ada@example.com.",
	"problem.phone": "Write a phone number with its area code.", "problem.terms": "Agree to the terms to go on.", "problem.country": "Choose one of the countries in the list.",
	"problem.dob": "Write the date as year-month-day, such as 1901-01-01.", "problem.young": "You must be at least 13 years old.",
	"problem.website": "Write the whole address, beginning with https://", "problem.bank": "An account number has 6 to 34 characters.",

	"declined.card_declined": "Your card was declined. Try another card.", "declined.insufficient_funds": "Your card has insufficient funds. Try another card.",
	"declined.expired_card": "Your card has expired. Try another card.", "declined.incorrect_cvc": "Your card’s security code is incorrect.",
	"declined.processing_error":                      "An error occurred while processing your card. Try again in a little bit.",
	"declined.payment_intent_authentication_failure": "We are unable to authenticate your payment method. Choose a different payment method and try again.",

	"declined.setup_intent_authentication_failure": "We are unable to authenticate your payment method. Choose a different payment method and try again.",

	"cards.pay": "They pay", "cards.secure": "The bank asks first (3-D Secure)", "cards.decline": "They are declined", "cards.later": "They pay, and something happens later",
	"card.pays": "Visa", "card.pays_mastercard": "Mastercard", "card.pays_amex": "American Express",
	"card.secure_new": "asks unless it was set up", "card.secure_always": "always asks", "card.secure_poor": "asks, then has no funds",
	"card.declined": "declined", "card.poor": "insufficient funds", "card.lost": "lost", "card.stolen": "stolen", "card.expired": "expired",
	"card.cvc": "wrong security code", "card.processing": "processing error", "card.saves": "can be saved, not charged",
	"card.refund_pending": "a refund takes a while", "card.refund_fails": "a refund comes back", "card.dispute_fraud": "disputed as fraud",
	"card.dispute_not_received": "disputed as not received", "card.inquiry": "the bank inquires", "card.warning": "early fraud warning", "card.review": "a person looks at it",

	"check.title": "Your bank asks", "check.text": "Is it you who pays {amount} with the card ending in {last4}?", "check.keep": "Is it you who saves the card ending in {last4}?", "check.yes": "Complete: it is me", "check.no": "Fail: it is not me",
	"check.about":      "A real bank would ask you in its app, or send you a code.",
	"check.over.title": "Nothing to confirm", "check.over.text": "This payment does not wait for your bank any more.",
	"check.done.title": "Thank you", "check.done.text": "The payment was answered. You can close this page.",

	"session.complete.title": "This was paid", "session.complete.text": "The payment went through before; nothing was charged twice.", "session.complete.link": "Go on",
	"session.kept.title": "This card is saved", "session.kept.text": "It was saved once, and nothing was charged.", "session.kept.link": "Go on",
	"session.expired.title": "This page has expired", "session.expired.text": "The time to pay is over, and nothing was charged.", "session.expired.link": "Back to the seller",
	"missing.title": "There is nothing here", "missing.text": "The address may be mistyped, or what was here is gone.", "missing.link": "To the operator’s page",
	"broken.title": "This did not work", "broken.text": "The sandbox met a problem of its own. Go back and try once more.",
	"link.over.title": "This link has been used", "link.over.text": "It opens once, and only for a few minutes. Ask for a new one where you got it.",

	"onboarding.title": "Get paid", "onboarding.you": "your shop", "onboarding.step": "Step {step} of 3", "onboarding.1": "Your business", "onboarding.2": "You", "onboarding.3": "Your bank",
	"onboarding.next": "Continue", "onboarding.submit": "Hand in", "onboarding.later": "Save and finish later", "onboarding.previous": "Back a step",
	"onboarding.for": "For {name}", "onboarding.tests": "Test values", "onboarding.good": "Use test values that verify", "onboarding.poor": "Use test values that stay incomplete",
	"onboarding.tests.about": "One press fills in all three steps and hands them in.", "onboarding.errors": "This could not be verified",
	"field.business_type": "Kind of business", "field.name": "Business name", "field.website": "Website", "field.first_name": "First name", "field.last_name": "Last name",
	"field.dob": "Date of birth", "field.line1": "Address", "field.id_number": "ID number", "field.bank": "Bank account", "field.document": "I hand in the document that was asked for (a stand-in: no file is sent)", "hint.document": "", "field.terms": "I agree to the payment service’s terms.",
	"hint.dob": "Year-month-day. 1901-01-01 verifies.", "hint.line1": "address_full_match verifies; address_no_match does not.",
	"hint.id_number": "000000000 verifies; 111111111 does not match.", "hint.bank": "000123456789 takes payouts; 000111111113 is closed; 000111111116 does not exist.",
	"hint.website": "Or a page of yours on a social network.", "hint.business_type": "", "hint.name": "", "hint.first_name": "", "hint.last_name": "", "hint.postal_code": "", "hint.city": "", "hint.terms": "",
	"type.individual": "A person", "type.company": "A company", "type.non_profit": "A non-profit",
	"mismatch.verification_document_address_mismatch": "The address could not be verified. Correct it in step 2.",
	"mismatch.verification_failed_id_number_match":    "The ID number does not match the name. Correct it in step 2.",
	"express.title":     "Your balance",
	"express.available": "Available", "express.pending": "On its way", "express.ledger": "Latest entries", "express.none": "Nothing has come in yet.",
	"express.date": "Date (UTC)", "express.kind": "What", "express.amount": "Amount", "express.net": "Net",
	"ledger.payment": "Payment", "ledger.payment_refund": "Refund", "ledger.adjustment": "Adjustment", "ledger.payout_failure": "Payout failed", "ledger.payout_cancel": "Payout canceled", "ledger.payout": "Payout", "ledger.charge": "Payment", "ledger.transfer": "Transfer",
}
