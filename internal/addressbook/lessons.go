package addressbook

// row says what events of some types teach. A "*" at the end of a type stands for any rest.
type row struct {
	types   []string
	teaches []lesson
}

// table is all that the book learns. Read a line as a sentence: "an order event teaches
// that the order's buyer is buyer_id". A field that an event doesn't carry teaches nothing.
func table() []row {
	return []row{
		{of("user.registered"), []lesson{person("email", "phone", "name", "locale", "timezone")}},
		{of("user.email_verified"), []lesson{person("email", "name"), mark(fieldEmailVerified)}},
		{of("user.phone_verified"), []lesson{person("phone"), mark(fieldPhoneVerified)}},
		{of("user.role_changed"), []lesson{role}},
		{of("user.banned"), []lesson{ban}},

		{of("order.*"), []lesson{link("order", "buyer", "buyer_id"), link("order", "storefront", "storefront_id"), seller}},
		{of("payment.*", "packing.completed"), []lesson{link("order", "buyer", "buyer_id")}},
		{of("delivery.*", "shipment.created"), []lesson{link("shipment", "order", "order_id"), link("order", "buyer", "buyer_id")}},
		{of("delivery.returned"), []lesson{link("order", "storefront", "storefront_id"), seller}},
		{of("inventory.reserved"), []lesson{link("listing", "order", "order_id")}},

		{of("pvz.parcel.*", "delivery.parcel.routed_to_pvz"), []lesson{
			link("parcel", "recipient", "recipient_id"), link("parcel", "pvz", "pvz_id"), link("parcel", "order", "order_id"),
		}},

		{of("listing.*"), []lesson{link("listing", "storefront", "storefront_id"), seller}},
		{of("listing.favorited"), []lesson{join("listing:%s:watchers", "listing_id", "user_id")}},

		{of("warehouse.invitation_accepted"), []lesson{join("warehouse:%s:staff", "warehouse_id", "user_id"), ownerJoins}},
		{of("warehouse.staff_role_changed"), []lesson{join("warehouse:%s:staff", "warehouse_id", "user_id"), ownerJoins, othersLeave}},
		{of("warehouse.staff_removed"), []lesson{
			leave("warehouse:%s:staff", "warehouse_id", "user_id"), leave("warehouse:%s:owners", "warehouse_id", "user_id"),
		}},

		{of("pvz.shift.started"), []lesson{join("pvz:%s:operators", "pvz_id", "operator_id")}},
		{of("pvz.shift.ended"), []lesson{leave("pvz:%s:operators", "pvz_id", "operator_id")}},
		{of("pvz.partner.registered", "pvz.partner.approved"), []lesson{link("partner", "user", "user_id")}},
		{of("pvz.partner.approved"), []lesson{join("pvz:%s:owners", "pvz_id", "user_id")}},

		{of("franchise.application_created"), []lesson{applicant}},
	}
}

func of(types ...string) []string { return types }
