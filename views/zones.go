package views

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// zoneGroup is a part of the list of time zones; its words are new_shop.zone.<name>.
type zoneGroup struct {
	name  string
	zones []string
}

var zoneGroups = []zoneGroup{
	{"europe", strings.Fields(`Europe/Amsterdam Europe/Athens Europe/Belgrade Europe/Berlin Europe/Bratislava Europe/Brussels Europe/Bucharest Europe/Budapest
		Europe/Copenhagen Europe/Dublin Europe/Gibraltar Europe/Helsinki Europe/Istanbul Europe/Kiev Europe/Lisbon Europe/Ljubljana Europe/London Europe/Luxembourg
		Europe/Madrid Europe/Malta Europe/Oslo Europe/Paris Europe/Prague Europe/Riga Europe/Rome Europe/Sofia Europe/Stockholm Europe/Tallinn Europe/Vaduz
		Europe/Vienna Europe/Vilnius Europe/Warsaw Europe/Zagreb Europe/Zurich Asia/Nicosia Atlantic/Azores Atlantic/Canary Atlantic/Madeira Atlantic/Reykjavik`)},
	{"americas", strings.Fields(`America/Anchorage America/Argentina/Buenos_Aires America/Bogota America/Caracas America/Chicago America/Denver America/Edmonton
		America/Halifax America/Lima America/Los_Angeles America/Martinique America/Mexico_City America/Montreal America/New_York America/Phoenix America/Puerto_Rico
		America/Santiago America/Sao_Paulo America/St_Johns America/Toronto America/Vancouver America/Winnipeg Pacific/Honolulu`)},
	{"africa", strings.Fields(`Africa/Abidjan Africa/Accra Africa/Algiers Africa/Cairo Africa/Casablanca Africa/Dakar Africa/Johannesburg Africa/Lagos
		Africa/Nairobi Africa/Tunis Indian/Mauritius Indian/Reunion`)},
	{"asia", strings.Fields(`Asia/Bangkok Asia/Beirut Asia/Colombo Asia/Dhaka Asia/Dubai Asia/Ho_Chi_Minh Asia/Hong_Kong Asia/Jakarta Asia/Jerusalem Asia/Karachi
		Asia/Kolkata Asia/Kuala_Lumpur Asia/Kuwait Asia/Manila Asia/Riyadh Asia/Seoul Asia/Shanghai Asia/Singapore Asia/Taipei Asia/Tokyo`)},
	{"pacific", strings.Fields(`Australia/Adelaide Australia/Brisbane Australia/Darwin Australia/Hobart Australia/Melbourne Australia/Perth Australia/Sydney
		Pacific/Auckland Pacific/Fiji Pacific/Noumea Pacific/Tahiti`)},
}

// zoneChoice is a part of the list in the reader's language.
type zoneChoice struct {
	Label   string
	Options []Option
}

// zoneChoices lists the time zones by their cities. One that is chosen and not listed, such as a browser's, is added.
func zoneChoices(p Page, chosen string) []zoneChoice {
	var list []zoneChoice
	known := chosen == ""
	for _, group := range zoneGroups {
		var options []Option
		for _, name := range group.zones {
			known = known || name == chosen
			options = append(options, Option{Value: name, Label: cityOf(p, name)})
		}
		slices.SortFunc(options, func(a, b Option) int { return cmp.Compare(a.Label, b.Label) })
		list = append(list, zoneChoice{p.T("new_shop.zone." + group.name), options})
	}
	if !known {
		list = append(list, zoneChoice{p.T("new_shop.zone.other"), []Option{{Value: chosen, Label: cityOf(p, chosen)}}})
	}
	return list
}

func cityOf(p Page, name string) string {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return name
	}
	return p.W.In(zone).City()
}
