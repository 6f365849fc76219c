package eventtypes

import (
	"time"

	"github.com/vondi-global/notifications/internal/notify"
)

const streamListings = "listings:events:listings"

// ListingCreated is the payload of listing.created.
type ListingCreated struct {
	ListingID    ID   `json:"listing_id" example:"100"`
	StorefrontID ID   `json:"storefront_id" example:"67"`
	Title        Text `json:"title,omitempty" example:"Lonac Zepter 3 l"`
	SellerID     ID   `json:"seller_id,omitempty" example:"501"`
}

// ListingStep is the payload of the listing types that carry nothing of their own.
type ListingStep struct {
	ListingID    ID   `json:"listing_id" example:"100"`
	Title        Text `json:"title,omitempty" example:"Lonac Zepter 3 l"`
	SellerID     ID   `json:"seller_id,omitempty" example:"501"`
	StorefrontID ID   `json:"storefront_id,omitempty" example:"67"`
}

// ListingRejected is the payload of listing.rejected.
type ListingRejected struct {
	ListingID    ID   `json:"listing_id" example:"100"`
	Reason       Text `json:"reason" example:"wrong_pictures"`
	Title        Text `json:"title,omitempty" example:"Lonac Zepter 3 l"`
	SellerID     ID   `json:"seller_id,omitempty" example:"501"`
	StorefrontID ID   `json:"storefront_id,omitempty" example:"67"`
}

// ListingStatusChanged is the payload of listing.status_changed.
type ListingStatusChanged struct {
	ListingID    ID   `json:"listing_id" example:"100"`
	Status       Text `json:"status" example:"hidden"`
	OldStatus    Text `json:"old_status,omitempty" example:"active"`
	Title        Text `json:"title,omitempty" example:"Lonac Zepter 3 l"`
	SellerID     ID   `json:"seller_id,omitempty" example:"501"`
	StorefrontID ID   `json:"storefront_id,omitempty" example:"67"`
}

// ListingPriceChanged is the payload of listing.price_changed.
type ListingPriceChanged struct {
	ListingID ID     `json:"listing_id" example:"100"`
	OldPrice  Amount `json:"old_price" example:"1995" check:"nonnegative"`
	NewPrice  Amount `json:"new_price" example:"1495" check:"nonnegative"`
	Currency  Text   `json:"currency" example:"RSD" check:"currency"`
	Title     Text   `json:"title,omitempty" example:"Lonac Zepter 3 l"`
}

// ListingFavorited is the payload of listing.favorited. Its user_id is not the one to
// tell: it is the one who now watches the listing.
type ListingFavorited struct {
	ListingID    ID   `json:"listing_id" example:"100"`
	UserID       ID   `json:"user_id" example:"890" doc:"who now watches the listing"`
	Title        Text `json:"title,omitempty" example:"Lonac Zepter 3 l"`
	SellerID     ID   `json:"seller_id,omitempty" example:"501"`
	StorefrontID ID   `json:"storefront_id,omitempty" example:"67"`
}

func marketplace() []*Type {
	return []*Type{
		{
			Name: "listing.created", About: "A listing was put in.",
			Stream: streamListings, Priority: notify.Low, Life: 24 * time.Hour,
			Payload: of[ListingCreated](), Entity: "listing_id",
			Told: []Told{toListingSeller(notify.Push)},
		},
		{
			Name: "listing.approved", About: "The moderators let the listing in.",
			Stream: streamListings, Priority: notify.Normal, Life: 72 * time.Hour,
			Payload: of[ListingStep](), Entity: "listing_id",
			Supersedes: []EventType{"listing.created", "listing.rejected"},
			Told:       []Told{toListingSeller(notify.Email, notify.Push)},
		},
		{
			Name: "listing.rejected", About: "The moderators turned the listing down.",
			Stream: streamListings, Priority: notify.Normal, Life: 72 * time.Hour,
			Payload: of[ListingRejected](), Entity: "listing_id",
			Supersedes: []EventType{"listing.created", "listing.approved"},
			Told:       []Told{toListingSeller(notify.Email, notify.Telegram)},
		},
		{
			Name: "listing.status_changed", About: "The listing is shown, hidden or closed.",
			Stream: streamListings, Priority: notify.Low, Life: 24 * time.Hour,
			Payload: of[ListingStatusChanged](), Entity: "listing_id",
			Supersedes: []EventType{"listing.status_changed"},
			Told:       []Told{toListingSeller(notify.Push)},
		},
		{
			Name: "listing.price_changed", About: "The listing has another price.",
			Stream: streamListings, Priority: notify.Low, Life: 24 * time.Hour,
			Payload: of[ListingPriceChanged](), Entity: "listing_id",
			Supersedes: []EventType{"listing.price_changed"},
			Told:       []Told{toWatchers(notify.Telegram, notify.Push).when("the price falls", onlyIf(priceFalls))},
		},
		{
			Name: "listing.favorited", About: "Somebody keeps an eye on the listing.",
			Stream: streamListings, Priority: notify.Low, Life: 24 * time.Hour,
			Payload: of[ListingFavorited](), Entity: "listing_id",
			Told: []Told{toListingSeller(notify.Push)},
		},
		{
			Name: "listing.sold_out", About: "The last piece is sold.",
			Stream: streamListings, Priority: notify.Normal, Life: 24 * time.Hour,
			Payload: of[ListingStep](), Entity: "listing_id",
			Supersedes: []EventType{"listing.price_changed"},
			Told: []Told{
				toListingSeller(notify.Email, notify.Telegram),
				toWatchers(notify.Push),
			},
		},
	}
}

// priceFalls keeps watchers from hearing of a rise.
func priceFalls(p *ListingPriceChanged) (ok bool, why string) {
	switch {
	case p.NewPrice > p.OldPrice:
		return false, "the price rose"
	case p.NewPrice == p.OldPrice:
		return false, "the price is the same"
	}
	return true, ""
}
