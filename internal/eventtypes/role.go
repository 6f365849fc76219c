package eventtypes

// Role is what somebody is to an event: the buyer of its order, a watcher of its listing.
type Role string

// The roles of the catalogue.
const (
	Buyer          Role = "buyer"
	Seller         Role = "seller"
	Recipient      Role = "recipient"
	User           Role = "user"
	Watcher        Role = "watcher"
	Invitee        Role = "invitee"
	WarehouseOwner Role = "warehouse_owner"
	Applicant      Role = "applicant"
	Admin          Role = "admin"
	Worker         Role = "worker"
	PVZOperator    Role = "pvz_operator"
	PVZOwner       Role = "pvz_owner"
	Operator       Role = "operator"
	Courier        Role = "courier"
	Partner        Role = "partner"
)

// Path is one way to find the people of a role. The ways are tried in order; the first
// that finds somebody wins. Exactly one of the forms is set:
//
//	{Field: "buyer_id"}                                a payload field holds the user id
//	{Field: "order_id", Link: "order", To: "buyer"}    the address book links order <id> → buyer
//	{Audience: "pvz:%s:operators", Field: "pvz_id"}    members of an audience, named by a payload field
//	{Audience: "storefront:%s:members", Field: "order_id", Link: "order", To: "storefront"}
//	                                                   the same, the name's id found through a link
//	{Audience: "role:admin"}                           members of a fixed audience
//	{Guest: true}                                      nobody's user id: the payload carries the address
type Path struct {
	Field    string
	Link     string // kind of the thing that Field names: order, shipment, parcel, listing, application, partner
	To       string // what it links to: buyer, storefront, recipient, order, applicant, user
	Audience string
	Guest    bool
}
