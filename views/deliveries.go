package views

import "github.com/tillbird/tillbird/models"

// OfferFiles is what the page of an offer's files shows.
type OfferFiles struct {
	Offer  *models.OfferView
	Files  []models.File
	Errors FieldErrors // by file
}

// OfferCodes is what the page of an offer's licence codes shows.
type OfferCodes struct {
	Offer  *models.OfferView
	Count  models.CodeCount
	Typed  string
	Errors FieldErrors // by codes
}

// closes tells whether opening the goods ends a right that the buyer has now.
func (o BuyerOrder) closes() bool {
	return o.Right.State == "open" && o.Order.Version.NeedsConsent() && o.Order.OpenedAt == nil
}

// fetched are the files with how often the buyer has fetched each.
func (s Sale) fetched(p Page) []Fact {
	var list []Fact
	for _, file := range s.Files {
		list = append(list, Fact{Name: file.Name, Value: p.T("delivery.sale.times", "Count", p.W.Number(file.Count), "Max", p.W.Number(models.DownloadsMost))})
	}
	return list
}

// fileSize is a size as people read it, in units of a thousand.
func fileSize(p Page, size int64) string {
	switch {
	case size < 1000:
		return p.T("delivery.size.bytes", "N", p.W.Number(size))
	case size < 1_000_000:
		return p.T("delivery.size.kb", "N", p.W.Number((size+500)/1000))
	}
	return p.T("delivery.size.mb", "N", p.W.Number((size+500_000)/1_000_000))
}

// FilesPath is where the files of an offer are kept.
func FilesPath(slug string) string { return ShopOfferPath(slug) + "/files" }

// FileRemovalPath takes a file away; NewFileRemovalPath asks before.
func FileRemovalPath(slug, id string) string { return FilesPath(slug) + "/" + esc(id) + "/removal" }

// NewFileRemovalPath asks before a file goes.
func NewFileRemovalPath(slug, id string) string { return FileRemovalPath(slug, id) + "/new" }

// CodesPath is where the licence codes of an offer are kept.
func CodesPath(slug string) string { return ShopOfferPath(slug) + "/codes" }

// CodesRemovalPath takes the free codes away; NewCodesRemovalPath asks before.
func CodesRemovalPath(slug string) string { return CodesPath(slug) + "/removal" }

// NewCodesRemovalPath asks before the free codes go.
func NewCodesRemovalPath(slug string) string { return CodesRemovalPath(slug) + "/new" }

// DownloadsResetPath lets a buyer fetch the files of an order again.
func DownloadsResetPath(slug string) string { return SalePath(slug) + "/downloads/removal" }

// OrderFilePath begins the download of a file of an order.
func OrderFilePath(token, id string) string { return OrderPath(token) + "/files/" + esc(id) }

// OrderCodesPath uncovers the codes of an order.
func OrderCodesPath(token string) string { return OrderPath(token) + "/codes" }

// DownloadPath is a private link to a file.
func DownloadPath(link string) string { return "/downloads/" + esc(link) }
