package demo

import "github.com/tillbird/tillbird/models"

// shopPlan is a shop of the demo world.
type shopPlan struct {
	email      string
	onboarding string // what its owner hands in at the sandbox's hosted pages: good, poor, or nothing
	shop       models.NewShop
	settings   models.ShopSettings
	shipping   models.ShippingForm
	codes      []models.CodeForm
	offers     []offerPlan
}

// offerPlan is an offer's life.
type offerPlan struct {
	form         models.OfferForm
	picture      string      // file in pictures, without its ending
	more         [][2]string // further files, each with what it shows
	born         int         // day it is designed; negative counts from the end
	starts, ends int         // days after the last one, 0 = no date
	verdict      string      // approved, changes_asked, rejected, waits (in the queue), draft
	reason, note string      // of a verdict against it
	fate         string      // on the last day: paused, ended, reported, awaited (sold out, with a waitlist)
	daily        int         // most sales of an ordinary day
	post, again  string      // texts of its first and second post
	file         string      // name of the file that buyers get
	codes        int         // how many licence codes it begins with
}

func (p offerPlan) begins(days int) int {
	if p.born < 0 {
		return max(days+p.born, 0)
	}
	return min(p.born, days-1)
}

var shopPlans = []shopPlan{kestrel, ndiaye, lumen}

var kestrel = shopPlan{
	email: MerchantEmail, onboarding: "good",
	shop: models.NewShop{Name: "Maison Kestrel", Handle: "maisonkestrel", Country: "FR", Currency: "eur", TimeZone: "Europe/Paris", Language: "en"},
	settings: models.ShopSettings{
		Name: "Maison Kestrel", TimeZone: "Europe/Paris", Language: "en", Bio: "Linen, cedar and tea from a small workshop by the Saône.", About: "Two of us sew, pour and print upstairs; the shop is the window on the quay. What there is little of is numbered by hand.", SupportEmail: "hello@kestrel.example",
		SellerName: "Maison Kestrel SARL", SellerAddress: "12 quai Saint-Vincent\n69001 Lyon\nFrance", ReturnsPolicy: "Send it back within 30 days, unused, and you get your money back. We pay the postage within the EU.",
	},
	shipping: models.ShippingForm{
		Rates: [models.ZonesMost]string{"4.90", "7.90"}, FreeAbove: "80", Tax: "off",
		Zone: map[string]string{"FR": "1", "MC": "1", "AT": "2", "BE": "2", "DE": "2", "DK": "2", "ES": "2", "FI": "2", "IE": "2", "IT": "2", "LU": "2", "NL": "2", "PT": "2", "SE": "2"},
	},
	codes: []models.CodeForm{
		{Code: "WELCOME10", Kind: "percent", Percent: "10", EachOnce: "on"},
		{Code: "HARBOUR5", Kind: "amount", Amount: "5", Most: "25", EachOnce: "on"},
	},
	offers: []offerPlan{
		{
			form: models.OfferForm{Title: "Mend-it fund", Words: "Tear something we made? We mend it for nothing. This pays for the thread: give what you like.", Price: "3.00", Currency: "eur", ChosenPrice: "on", Suggested: "8.00", Fulfilment: "nothing", Hashtag: "MendIt"},
			born: 10, verdict: "approved", daily: 1, post: "We mend what we made, for nothing. The thread is on whoever likes.",
		},
		{
			form:    models.OfferForm{Title: "Linen apron, sage", Words: "Cut and sewn in Lyon from washed European linen. Two deep pockets, cross-back straps, no knot at the neck.\n\nOne size fits most: 90 cm long, wraps around up to a size 48.", Price: "42.00", Currency: "eur", Stock: "400", Limit: "3", Hold: "10", Fulfilment: "ship", Hashtag: "SageApron", Alt: "A sage green linen apron with two pockets hanging from a wooden peg"},
			picture: "apron", born: 0, verdict: "approved", daily: 4,
			post: "New in the shop: linen aprons in sage. Cut and sewn in Lyon, made to be washed a thousand times.", again: "The sage apron is back on the peg. Cross-back straps, two deep pockets, no knot at the neck.",
		},
		{
			form: models.OfferForm{
				Title: "Cedar candle", Words: "Rapeseed wax and cedar oil in a glass you will keep. Burns for about 45 hours.", Price: "24.00", Currency: "eur", Limit: "4", Fulfilment: "ship", Hashtag: "CedarCandle", Alt: "A lit candle in an amber glass beside cedar twigs",
				Options: []models.OptionTyped{{Name: "Size", Values: "small, large"}}, Variants: []models.VariantTyped{{Name: "small", Stock: "320", SKU: "CC-S"}, {Name: "large", Stock: "180", Extra: "12.00", SKU: "CC-L"}},
			},
			picture: "candle", more: [][2]string{{"box", "The box that it comes in"}}, born: 4, verdict: "approved", daily: 4,
			post: "It smells like the inside of a pencil box. Cedar candle, 45 hours, poured last week.", again: "Evenings are getting longer. So does this candle: 45 hours of cedar.",
		},
		{
			form:    models.OfferForm{Title: "Tea tin No. 4", Words: "Black tea from Nepal with a little smoke. 100 g in a tin with a lid that closes.", Price: "18.50", Currency: "eur", Stock: "250", Keeping: "first_paid", Fulfilment: "ship", Hashtag: "TeaNo4", Alt: "A round petrol blue tea tin with the number four on its label"},
			picture: "tea", born: 12, verdict: "approved", daily: 3, post: "No. 4 is the smoky one. First flush went in a week, so here is the second.", again: "Rain on the Saône, kettle on. Tea tin No. 4.",
		},
		{
			form:    models.OfferForm{Title: "Harbour print, A3", Words: "Two-colour linocut, printed by hand, numbered and signed. Forty of them and then the block is cut.", Price: "35.00", Currency: "eur", Stock: "40", Limit: "1", Fulfilment: "ship", Hashtag: "HarbourPrint", Alt: "A linocut of boats in a harbour in petrol and coral"},
			picture: "print", more: [][2]string{{"press", "The press that it was printed on"}, {"tote", "The bag in which it can be fetched from the workshop"}}, born: 20, verdict: "approved", daily: 5, fate: "awaited", post: "Forty prints of the harbour. When they are gone, the block gets cut.", again: "A handful of harbour prints left. Signed, numbered, forty in all.",
		},
		{
			form: models.OfferForm{Title: "Sourdough, slowly (e-book)", Words: "Sixty pages on flour, water and waiting. PDF and EPUB, in English.", Price: "9.00", Currency: "eur", Fulfilment: "file", Hashtag: "SlowSourdough", Alt: "The cover of an e-book with a round loaf of bread"},
			file: "slow-sourdough.txt", picture: "bread", born: 30, verdict: "approved", daily: 3, post: "I wrote down everything I know about sourdough. It took sixty pages.", again: "Sunday is for sourdough. The e-book is 60 pages and reads in one proof.",
		},
		{
			form:    models.OfferForm{Title: "Letterpress workshop", Words: "Three hours at the press on a Saturday, with coffee. You take home twenty cards of your own design.", Price: "65.00", Currency: "eur", Stock: "12", Limit: "2", Fulfilment: "nothing", Hashtag: "PressDay", Alt: "A hand pulling a print from a small letterpress"},
			picture: "press", born: -14, ends: 9, verdict: "approved", daily: 1, post: "Twelve places at the press. Ink on your fingers guaranteed.",
		},
		{
			form: models.OfferForm{
				Title: "Winter scarf, petrol", Words: "Merino from the Alps, woven in Lyon. 190 × 35 cm.", Price: "58.00", Currency: "eur", Limit: "2", Fulfilment: "ship", Hashtag: "PetrolScarf", Alt: "A folded petrol blue woollen scarf with fringes",
				Options: []models.OptionTyped{{Name: "Length", Values: "190 cm, 220 cm"}, {Name: "Colour", Values: "petrol, sand, coral"}}, Variants: []models.VariantTyped{
					{Name: "190 cm / petrol", Stock: "30", SKU: "WS-19-P"},
					{Name: "190 cm / sand", Stock: "20", SKU: "WS-19-S"},
					{Name: "190 cm / coral", Stock: "0", SKU: "WS-19-C"},
					{Name: "220 cm / petrol", Stock: "15", Extra: "9.00", SKU: "WS-22-P"},
					{Name: "220 cm / sand", Stock: "10", Extra: "9.00", SKU: "WS-22-S"},
					{Name: "220 cm / coral", Stock: "5", Extra: "9.00", SKU: "WS-22-C"},
				},
			},
			picture: "scarf", born: -3, starts: 4, verdict: "approved", post: "Next week: the winter scarf. Merino from the Alps, petrol like the river.",
		},
		{
			form: models.OfferForm{
				Title: "Summer tote", Words: "Heavy cotton, long handles, a kestrel on the side.", Price: "22.00", Currency: "eur", Fulfilment: "ship", Hashtag: "KestrelTote", Alt: "A natural cotton tote bag with a printed kestrel",
				Options: []models.OptionTyped{{Name: "Handles", Values: "long, short"}, {Name: "Print", Values: "petrol, coral"}}, Variants: []models.VariantTyped{
					{Name: "long / petrol", Stock: "60"}, {Name: "long / coral", Stock: "40"}, {Name: "short / petrol", Stock: "30"}, {Name: "short / coral", Stock: "20"},
				},
			},
			picture: "tote", born: 1, verdict: "approved", daily: 2, fate: "ended", post: "One bag for the whole market. Heavy cotton, long handles.",
		},
		{
			form:    models.OfferForm{Title: "Kingfisher mug", Words: "Stoneware, 300 ml, glazed by hand. No two are alike.", Price: "28.00", Currency: "eur", Stock: "60", Fulfilment: "ship", Hashtag: "KingfisherMug", Alt: "A stoneware mug with a kingfisher blue glaze"},
			picture: "mug", born: 40, verdict: "approved", daily: 1, fate: "paused", post: "Mugs out of the kiln this morning. Kingfisher blue, each a little different.",
		},
		{
			form:    models.OfferForm{Title: "Advent box", Words: "Twenty-four small things from the workshop, wrapped.", Price: "49.00", Currency: "eur", Stock: "50", Limit: "2", Fulfilment: "ship", Hashtag: "AdventBox", Alt: "A wooden box with twenty-four small drawers"},
			picture: "box", born: -1, verdict: "waits",
		},
		{
			form: models.OfferForm{Title: "Calming tea that heals", Words: "Cures a cold in a day.", Price: "19.00", Currency: "eur", Stock: "30", Fulfilment: "ship", Hashtag: "CalmTea"},
			born: -9, verdict: "rejected", reason: "misleading", note: "A tea may calm, but it may not promise to cure. Take the claim out and send it again.",
		},
		{
			form:  models.OfferForm{Title: "Saône brushes (licence)", Words: "Forty brushes for your drawing program, scanned from our own ink. One licence for one person.", Price: "15.00", Currency: "eur", Limit: "2", Fulfilment: "licence_code", Hashtag: "SaoneBrushes"},
			codes: 60, born: 25, verdict: "approved", daily: 1, post: "Forty brushes from our own ink bottles. You get your licence the moment you have paid.",
		},
		{
			form: models.OfferForm{Title: "Gift card", Words: "For somebody who likes to choose.", Price: "50.00", Currency: "eur", Fulfilment: "licence_code", Hashtag: "KestrelGift"},
			born: -6, verdict: "changes_asked", reason: "unclear", note: "Say until when the card is good, and what it can be spent on.",
		},
		{form: models.OfferForm{Title: "Wool socks", Currency: "eur", Fulfilment: "ship"}, born: -2, verdict: "draft"},
	},
}

var ndiaye = shopPlan{
	email: "awa@ndiaye.example", onboarding: "good",
	shop: models.NewShop{Name: "Atelier Ndiaye", Handle: "atelierndiaye", Country: "BE", Currency: "eur", TimeZone: "Europe/Brussels", Language: "fr"},
	settings: models.ShopSettings{
		Name: "Atelier Ndiaye", TimeZone: "Europe/Brussels", Language: "fr", Bio: "Paniers et tissus, entre Dakar et Bruxelles.", SupportEmail: "awa@ndiaye.example",
		SellerName: "Awa Ndiaye", SellerAddress: "Rue des Tanneurs 40\n1000 Bruxelles\nBelgique", ReturnsPolicy: "Retour sous 14 jours.",
	},
	offers: []offerPlan{
		{
			form:    models.OfferForm{Title: "Panier tressé", Words: "Tressé à la main à Thiès, en jonc et fil recyclé.", Price: "38,00", Currency: "eur", Stock: "70", Fulfilment: "ship", Hashtag: "PanierNdiaye", Alt: "Un panier rond tressé, rayé corail et sable"},
			picture: "basket", born: 15, verdict: "approved", daily: 1, fate: "reported", post: "Les paniers de Thiès sont arrivés.",
		},
		{
			form:    models.OfferForm{Title: "Wax au mètre", Words: "Coton imprimé, vendu au mètre, 116 cm de large.", Price: "14,50", Currency: "eur", Stock: "200", Fulfilment: "ship", Hashtag: "WaxNdiaye", Alt: "Un tissu de coton imprimé de motifs ronds"},
			picture: "cloth", born: -1, verdict: "waits",
		},
	},
}

var lumen = shopPlan{
	email: "tom@lumen.example", onboarding: "poor",
	shop: models.NewShop{Name: "Kiosk Lumen", Handle: "kiosklumen", Country: "DE", Currency: "eur", TimeZone: "Europe/Berlin", Language: "en"},
	settings: models.ShopSettings{
		Name: "Kiosk Lumen", TimeZone: "Europe/Berlin", Language: "en", Bio: "Magazines and film, printed in Leipzig.", SupportEmail: "tom@lumen.example",
		SellerName: "Tom Brandt", SellerAddress: "Karl-Heine-Straße 8\n04229 Leipzig\nGermany", ReturnsPolicy: "14 days.",
	},
	offers: []offerPlan{
		{
			form: models.OfferForm{Title: "Lumen Nº 12", Words: "A magazine about light. 96 pages, thread-sewn.", Price: "16.00", Currency: "eur", Stock: "300", Fulfilment: "ship", Hashtag: "Lumen12"},
			born: -4, verdict: "waits",
		},
	},
}

// fan is somebody who buys.
type fan struct{ name, email, language, street, postcode, city, country string }

var fans = []fan{
	{"Camille Martin", "camille.martin@fan.example", "fr", "8 rue de la Roquette", "75011", "Paris", "FR"},
	{"Jonas Weber", "jonas@fan.example", "en", "Sonnenallee 41", "12045", "Berlin", "DE"},
	{"Lea Dubois", "lea.dubois@fan.example", "fr", "3 place Bellecour", "69002", "Lyon", "FR"},
	{"Nora Keane", "nora.keane@fan.example", "en", "14 Capel Street", "D01 F8P2", "Dublin", "IE"},
	{"Hugo Bernard", "hugo@fan.example", "fr", "27 cours Julien", "13006", "Marseille", "FR"},
	{"Elin Sjöberg", "elin@fan.example", "en", "Götgatan 22", "118 46", "Stockholm", "SE"},
	{"Marta Rossi", "marta@fan.example", "en", "Via Garibaldi 9", "10122", "Torino", "IT"},
	{"Théo Petit", "theo.petit@fan.example", "fr", "5 rue Saint-Malo", "35000", "Rennes", "FR"},
	{"Sofie Janssens", "sofie@fan.example", "fr", "Korenmarkt 3", "9000", "Gent", "BE"},
	{"Pablo Ruiz", "pablo@fan.example", "en", "Calle del Pez 12", "28004", "Madrid", "ES"},
	{"Inès Laurent", "ines@fan.example", "fr", "2 quai de la Fosse", "44000", "Nantes", "FR"},
	{"Anna de Vries", "anna@fan.example", "en", "Haarlemmerdijk 51", "1013 KA", "Amsterdam", "NL"},
}
