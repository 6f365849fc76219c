package eventtypes

import (
	"slices"

	"github.com/vondi-global/notifications/internal/notify"
)

// The functions below name the catalogue's audiences once, with the ways to find them.

// toBuyer tells the buyer of the order that the payload names.
func toBuyer(channels ...notify.Channel) Told {
	return Told{Role: Buyer, Channels: channels, Find: []Path{
		{Field: "buyer_id"},
		{Field: "order_id", Link: "order", To: "buyer"},
	}}
}

// toSeller tells the members of the storefront that the order belongs to.
func toSeller(channels ...notify.Channel) Told { return toStorefront("order", channels) }

// toListingSeller tells the members of the storefront that offers the listing.
func toListingSeller(channels ...notify.Channel) Told { return toStorefront("listing", channels) }

func toStorefront(thing string, channels []notify.Channel) Told {
	return Told{Role: Seller, Channels: channels, Find: []Path{
		{Field: "seller_id"},
		{Audience: "storefront:%s:members", Field: "storefront_id"},
		{Audience: "storefront:%s:members", Field: thing + "_id", Link: thing, To: "storefront"},
	}}
}

// toWatchers tells those who keep an eye on the listing.
func toWatchers(channels ...notify.Channel) Told {
	return Told{Role: Watcher, Channels: channels, Find: []Path{
		{Audience: "listing:%s:watchers", Field: "listing_id"},
	}}
}

// toUser tells the user whom the payload is about.
func toUser(channels ...notify.Channel) Told { return toPerson(User, "user_id", channels) }

// toPerson tells the one whose user id stands in a payload field.
func toPerson(role Role, field string, channels []notify.Channel) Told {
	return Told{Role: role, Channels: channels, Find: []Path{{Field: field}}}
}

// toInvitee tells the invited user, or the address that the invitation names.
func toInvitee(channels ...notify.Channel) Told {
	return Told{Role: Invitee, Channels: channels, Find: []Path{{Field: "user_id"}, {Guest: true}}}
}

// toApplicant tells the one who applied: a user, else the address that this event names.
func toApplicant(channels ...notify.Channel) Told {
	return Told{Role: Applicant, Channels: channels, Find: []Path{
		{Field: "user_id"},
		{Field: "application_id", Link: "application", To: "applicant"},
		{Guest: true},
	}}
}

// toRecipient tells the one whom the parcel is for.
func toRecipient(channels ...notify.Channel) Told {
	return Told{Role: Recipient, Channels: channels, Find: []Path{
		{Field: "recipient_id"},
		{Field: "parcel_id", Link: "parcel", To: "recipient"},
	}}
}

// toPartner tells the one who runs a pick-up point, or wants to.
func toPartner(channels ...notify.Channel) Told {
	return Told{Role: Partner, Channels: channels, Find: []Path{
		{Field: "user_id"},
		{Field: "partner_id", Link: "partner", To: "user"},
	}}
}

// toWarehouseOwners tells the owners of the warehouse.
func toWarehouseOwners(channels ...notify.Channel) Told {
	return Told{Role: WarehouseOwner, Channels: channels, Find: []Path{
		{Audience: "warehouse:%s:owners", Field: "warehouse_id"},
	}}
}

// toOperators tells the operators of the pick-up point who are on shift.
func toOperators(channels ...notify.Channel) Told {
	return Told{Role: PVZOperator, Channels: channels, Find: []Path{
		{Audience: "pvz:%s:operators", Field: "pvz_id"},
	}}
}

// toPVZOwners tells the owners of the pick-up point.
func toPVZOwners(channels ...notify.Channel) Told {
	return Told{Role: PVZOwner, Channels: channels, Find: []Path{
		{Audience: "pvz:%s:owners", Field: "pvz_id"},
	}}
}

// toAdmins tells the platform's administrators.
func toAdmins(channels ...notify.Channel) Told {
	return Told{Role: Admin, Channels: channels, Find: []Path{{Audience: "role:admin"}}}
}

// always makes some of the audience's channels mandatory; without any, all of them.
func (t Told) always(channels ...notify.Channel) Told {
	if len(channels) == 0 {
		channels = slices.Clone(t.Channels)
	}
	t.Mandatory = channels
	return t
}
