package models

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Shop is a merchant's business: what people see of it, its Stripe account as last fetched, and its standing here.
type Shop struct {
	ID                string
	Handle            string // lower case, in its address
	Name              string
	Country           string // ISO 3166, upper case
	Currency          string // ISO 4217, lower case: the default of new offers
	TimeZone          string // IANA
	Language          string // of letters to the merchant
	About             string
	Bio               string // a line or two in its window
	SupportEmail      string
	SellerName        string // who sells, as the law wants it said on the offer page
	SellerAddress     string
	ReturnsPolicy     string
	Standing          string // good, warned, suspended
	StandingReason    string
	Selling           string // not_started … closed, derived from the Stripe account
	StripeAccount     *string
	Livemode          bool
	ChargesEnabled    bool
	PayoutsEnabled    bool
	DetailsSubmitted  bool
	Transfers         string // capability: inactive, pending, active
	CardPayments      string
	DisabledReason    string
	Requirements      string // JSON of Requirements
	RequirementsDueAt *time.Time
	AccountFetchedAt  *time.Time
	OrdersCount       int64
	Shipping          string // JSON of Shipping, "" where it sends everywhere and the price includes it
	Tax               string // one of TaxModes
	CodesCount        int64
	Logo              string     // digest of its sign, "" for none
	Colour            string     // of its cards, "#rrggbb" or ""
	OpenedAt          *time.Time // nil while a world is still being made: not shown to anybody
	CreatedAt         time.Time
}

// Requirements is what Stripe still wants of a shop, by Stripe's field names.
type Requirements struct {
	Due     []string           `json:"due,omitempty"`
	PastDue []string           `json:"past_due,omitempty"`
	Pending []string           `json:"pending,omitempty"`
	Later   []string           `json:"later,omitempty"`
	Errors  []RequirementError `json:"errors,omitempty"`
}

// RequirementError is why Stripe did not take something, in Stripe's words.
type RequirementError struct {
	Field  string `json:"field"`
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

// Wanted is what Stripe still wants.
func (s *Shop) Wanted() Requirements {
	var r Requirements
	_ = json.Unmarshal([]byte(s.Requirements), &r)
	return r
}

// Zone is the shop's time zone; UTC where the machine does not know it.
func (s *Shop) Zone() *time.Location {
	if zone, known := zones.Load(s.TimeZone); known {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return time.UTC
	}
	zones.Store(s.TimeZone, zone)
	return zone
}

// zones are those that were wanted: reading one from the system's files costs more than a shop's row.
var zones sync.Map

// CanSell tells whether the shop may take money now. onBehalfOf is the installation's choice of merchant of record,
// which needs the card capability too. A deadline in the future never stops sales.
func (s *Shop) CanSell(onBehalfOf bool) bool {
	return s.StripeAccount != nil && s.ChargesEnabled && s.Transfers == "active" && (!onBehalfOf || s.CardPayments == "active") &&
		s.DisabledReason == "" && s.Standing != "suspended"
}

// NewShop is what a merchant types to open a shop.
type NewShop struct{ Name, Handle, Country, Currency, TimeZone, Language string }

var (
	handleForm = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9_-]{1,28}[a-z0-9])$`)
	// reservedHandles would read as pages or as us.
	reservedHandles = map[string]bool{"admin": true, "tillbird": true, "support": true, "help": true, "stripe": true, "api": true, "shop": true, "shops": true, "offers": true, "security": true, "legal": true, "www": true, "mail": true, "root": true, "system": true}
)

// CleanHandle is a handle as we keep it: no @, lower case.
func CleanHandle(typed string) string {
	return strings.ToLower(strings.TrimPrefix(strings.TrimSpace(typed), "@"))
}

func checkHandle(handle string) *Problem {
	switch {
	case handle == "":
		return problem("handle.blank")
	case !handleForm.MatchString(handle):
		return problem("handle.malformed")
	case reservedHandles[handle]:
		return problem("handle.reserved")
	}
	return nil
}

// CreateShop opens a shop whose owner is the user. countries are those the installation takes.
func (s *Store) CreateShop(ctx context.Context, user *User, in NewShop, countries []string) (*Shop, error) {
	return s.createShop(ctx, user, in, countries, true)
}

// PrepareShop is CreateShop for a shop that nobody is shown until OpenShop.
func (s *Store) PrepareShop(ctx context.Context, user *User, in NewShop, countries []string) (*Shop, error) {
	return s.createShop(ctx, user, in, countries, false)
}

// OpenShop shows a prepared shop to the world.
func (s *Store) OpenShop(ctx context.Context, shop *Shop) error {
	return s.write(ctx, func(db *tx) error {
		return db.Exec("UPDATE shops SET opened_at = ? WHERE id = ? AND opened_at IS NULL", s.now(), shop.ID).Error
	})
}

func (s *Store) createShop(ctx context.Context, user *User, in NewShop, countries []string, open bool) (*Shop, error) {
	shop := &Shop{
		ID: newID(), Handle: CleanHandle(in.Handle), Name: cleanLine(in.Name), Country: strings.ToUpper(in.Country),
		Currency: strings.ToLower(in.Currency), TimeZone: in.TimeZone, Language: in.Language,
		Standing: "good", Selling: "not_started", Transfers: "inactive", CardPayments: "inactive", Requirements: "{}", Tax: "off", SupportEmail: user.Email, CreatedAt: s.now(),
	}
	if open {
		shop.OpenedAt = &shop.CreatedAt
	}
	var problems Problems
	problems.take("name", checkText(shop.Name, "name", 80, false))
	problems.take("handle", checkHandle(shop.Handle))
	if shop.Country == "" {
		problems.Add("country", "country.blank")
	} else if !contains(countries, shop.Country) {
		problems.Add("country", "country.not_served")
	}
	if !KnownCurrency(shop.Currency) {
		problems.Add("currency", "currency.unknown")
	}
	if zone, err := time.LoadLocation(shop.TimeZone); err != nil || shop.TimeZone == "" || zone == time.Local {
		problems.Add("time_zone", "zone.unknown")
	}
	if err := problems.orNil(); err != nil {
		return nil, err
	}
	err := s.write(ctx, func(db *tx) error {
		if err := db.Create(shop).Error; err != nil {
			return err
		}
		if err := db.keepWords("shop_words", "shop_id", shop.ID, searchWords(wordsMost, shop.Handle, shop.Name)); err != nil {
			return err
		}
		if err := db.Exec("INSERT INTO members (shop_id, user_id, role, created_at) VALUES (?, ?, 'owner', ?)", shop.ID, user.ID, s.now()).Error; err != nil {
			return err
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "shop.created", Object: shop.Handle})
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return nil, Problems{{Field: "handle", Code: "handle.taken"}}
	}
	if err != nil {
		return nil, err
	}
	return shop, nil
}

func contains(list []string, want string) bool {
	for _, item := range list {
		if item == want {
			return true
		}
	}
	return false
}

// BioMost is how long the lines under a shop's name may be.
const BioMost = 160

// ShopSettings is what a merchant may change of the shop by itself.
type ShopSettings struct {
	Name, TimeZone, Language, About, Bio, SupportEmail, SellerName, SellerAddress, ReturnsPolicy string
}

// UpdateShop keeps the settings.
func (s *Store) UpdateShop(ctx context.Context, shop *Shop, user *User, in ShopSettings) error {
	var problems Problems
	problems.take("name", checkText(cleanLine(in.Name), "name", 80, false))
	if _, err := time.LoadLocation(in.TimeZone); err != nil || in.TimeZone == "" || in.TimeZone == "Local" {
		problems.Add("time_zone", "zone.unknown")
	}
	problems.take("about", checkText(in.About, "words", 500, true))
	problems.take("bio", checkText(cleanLine(in.Bio), "words", BioMost, true))
	problems.take("support_email", CheckEmail(in.SupportEmail))
	problems.take("seller_name", checkText(in.SellerName, "name", 200, true))
	problems.take("seller_address", checkText(in.SellerAddress, "words", 500, true))
	problems.take("returns_policy", checkText(in.ReturnsPolicy, "terms", 5000, true))
	if in.Language != "en" && in.Language != "fr" {
		in.Language = shop.Language
	}
	if err := problems.orNil(); err != nil {
		return err
	}
	return s.write(ctx, func(db *tx) error {
		var before Shop
		if err := db.Clauses(clause.Locking{Strength: "UPDATE"}).Select("time_zone").Where("id = ?", shop.ID).Take(&before).Error; err != nil {
			return found(err)
		}
		err := changed(db.Model(&Shop{}).Where("id = ?", shop.ID).Updates(map[string]any{
			"name": cleanLine(in.Name), "time_zone": in.TimeZone, "language": in.Language, "about": in.About, "bio": cleanLine(in.Bio), "support_email": CleanEmail(in.SupportEmail),
			"seller_name": in.SellerName, "seller_address": in.SellerAddress, "returns_policy": in.ReturnsPolicy,
		}))
		if err != nil {
			return err
		}
		if err := db.keepWords("shop_words", "shop_id", shop.ID, searchWords(wordsMost, shop.Handle, cleanLine(in.Name))); err != nil {
			return err
		}
		if zone, _ := time.LoadLocation(in.TimeZone); in.TimeZone != before.TimeZone {
			if err := db.recountDays(shop, zone); err != nil {
				return err
			}
		}
		return db.audit(Audit{UserID: &user.ID, ShopID: &shop.ID, Action: "shop.updated", Object: shop.Handle})
	})
}

// ShopByHandle finds a shop that is shown to the world, or ErrNotFound.
func (s *Store) ShopByHandle(ctx context.Context, handle string) (*Shop, error) {
	shop, err := first[Shop](s.read(ctx).Where("handle = ? AND opened_at IS NOT NULL", CleanHandle(handle)))
	return &shop, found(err)
}

// ShopOf finds the shop by its id, for those who come from one of its rows.
func (s *Store) ShopOf(ctx context.Context, id string) (*Shop, error) {
	shop, err := first[Shop](s.read(ctx).Where("id = ?", id))
	return &shop, found(err)
}

// ShopByAccount finds the shop of a Stripe account, or ErrNotFound.
func (s *Store) ShopByAccount(ctx context.Context, account string) (*Shop, error) {
	shop, err := first[Shop](s.read(ctx).Where("stripe_account = ?", account))
	return &shop, found(err)
}

// Shops lists the shops shown to the world for the admin, newest first.
func (s *Store) Shops(ctx context.Context, page Page) ([]Shop, error) {
	var shops []Shop
	err := page.apply(s.read(ctx).Where("opened_at IS NOT NULL"), "created_at").Find(&shops).Error
	return shops, err
}

// SetStanding warns, suspends or restores a shop. Suspension stops its checkouts at once: CanSell is asked each time.
func (s *Store) SetStanding(ctx context.Context, admin *User, shop *Shop, standing, reason string) error {
	if standing != "good" && strings.TrimSpace(reason) == "" {
		return Problems{{Field: "reason", Code: "reason.blank"}}
	}
	if standing != "good" && standing != "warned" && standing != "suspended" {
		return Problems{{Field: "standing", Code: "reason.unknown"}}
	}
	return s.write(ctx, func(db *tx) error {
		err := changed(db.Exec("UPDATE shops SET standing = ?, standing_reason = ? WHERE id = ? AND standing = ?", standing, reason, shop.ID, shop.Standing))
		if err != nil {
			return err
		}
		if standing == "suspended" {
			if err := db.closeCheckouts("shop_id", shop.ID); err != nil {
				return err
			}
		}
		notice := Letter{Key: "shop_standing-" + newID(), Kind: "shop_standing", ShopID: &shop.ID, Detail: details("standing", standing, "reason", reason)}
		if err := db.tellTeam(notice); err != nil {
			return err
		}
		return db.audit(Audit{UserID: &admin.ID, ShopID: &shop.ID, Action: "shop." + standing, Object: shop.Handle, Detail: reason})
	})
}
