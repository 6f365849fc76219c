package render

import (
	"net/url"
	"regexp"
	"strings"
)

// defaultPaths are the site's pages, by name. {field} is a field of the payload; a page
// whose fields an event doesn't carry isn't linked.
var defaultPaths = map[string]string{
	"home":              "/",
	"account":           "/account",
	"support":           "/support",
	"order":             "/orders/{order_id}",
	"seller_order":      "/seller/orders/{order_id}",
	"tracking":          "/track/{tracking_number}",
	"listing":           "/listings/{listing_id}",
	"parcel":            "/parcels/{parcel_id}",
	"warehouse":         "/warehouses/{warehouse_id}",
	"task":              "/wms/tasks/{task_id}",
	"application":       "/franchise/applications/{application_id}",
	"admin_application": "/admin/franchise/applications/{application_id}",
	"pvz":               "/pvz/{pvz_id}",
	"handover":          "/pvz/{pvz_id}/handovers/{handover_id}",
	"partner":           "/partners/{partner_id}",
	"admin_partner":     "/admin/partners/{partner_id}",
}

// ways say where the link of a message leads: the first of these that the event can fill.
// A name that ends in "url" is a field of the payload, the others are pages. The longest
// prefix of the words' key wins; the role is behind the key.
var ways = map[string][]string{
	"order":                               {"order"},
	"order.shipped":                       {"tracking", "order"},
	"order.created.seller":                {"seller_order"},
	"order.confirmed.seller":              {"seller_order"},
	"order.cancelled.seller":              {"seller_order"},
	"payment":                             {"order"},
	"payment.failed":                      {"retry_url", "order"},
	"delivery":                            {"tracking", "order"},
	"delivery.delivered":                  {"order"},
	"delivery.returned":                   {"order"},
	"delivery.returned.seller":            {"seller_order"},
	"delivery.parcel":                     {"parcel"},
	"delivery.courier":                    {"pvz"},
	"user":                                {"account"},
	"user.registered":                     {"verification_url", "account"},
	"user.email_verified":                 {"home"},
	"user.password_reset":                 {"reset_url"},
	"user.banned":                         {"support"},
	"listing":                             {"listing"},
	"warehouse":                           {"warehouse"},
	"warehouse.invitation_created":        {"accept_url", "account"},
	"warehouse.staff_removed":             {"account"},
	"franchise":                           {"application"},
	"franchise.application_created.admin": {"admin_application"},
	"franchise.info_provided":             {"admin_application"},
	"franchise.training_scheduled":        {"url", "application"},
	"franchise.contract_signed":           {"contract_url", "application"},
	"franchise.contract_signed.admin":     {"admin_application"},
	"picking":                             {"task"},
	"packing":                             {"task"},
	"packing.completed":                   {"order"},
	"inventory":                           {"warehouse"},
	"shipment":                            {"tracking", "order"},
	"pvz":                                 {"pvz"},
	"pvz.parcel":                          {"parcel"},
	"pvz.handover":                        {"handover"},
	"pvz.partner":                         {"partner"},
	"pvz.partner.approved":                {"pvz", "partner"},
	"pvz.partner.registered.admin":        {"admin_partner"},
}

// link finds where a message leads, "" for nowhere. Links that a payload brings are shown
// only if they are https.
func (d *dress) link(message string, p payload) string {
	for _, way := range waysOf(message) {
		if strings.HasSuffix(way, "url") {
			if s := p.text(way); isHTTPS(s) && len(s) <= maxLink {
				return s
			}
			continue
		}
		if s, ok := d.page(way, p); ok {
			return s
		}
	}
	return ""
}

// maxImage keeps a push message within 4 KB: FCM gets the address three times.
const maxImage = 500

// image is the picture that an event brings, https only, "" for none.
func (p payload) image() string {
	if s := p.extra("image_url"); s != "" && len(s) <= maxImage && isHTTPS(s) {
		return s
	}
	return ""
}

func waysOf(message string) []string {
	for key := message; key != ""; {
		if w, ok := ways[key]; ok {
			return w
		}
		i := strings.LastIndexByte(key, '.')
		key = key[:max(i, 0)]
	}
	return nil
}

// maxLink is what mail programs and push providers take.
const maxLink = 2000

// maxID is longer than any identifier is; what is longer isn't one.
const maxID = 128

// page fills a page's address.
func (d *dress) page(name string, p payload) (address string, ok bool) {
	var b strings.Builder
	for _, part := range d.pages[name] {
		if part.field == "" {
			b.WriteString(part.text)
			continue
		}
		s := p.text(part.field)
		if s == "" || len(s) > maxID {
			return "", false
		}
		b.WriteString(url.PathEscape(s))
	}
	return b.String(), b.Len() > 0
}

// piece is a part of a page's address: text, or a field to fill in.
type piece struct{ text, field string }

var pathField = regexp.MustCompile(`\{([a-z_]+)\}`)

// compilePaths takes the pages' addresses apart, once.
func compilePaths(b Brand) map[string][]piece {
	pages := make(map[string][]piece, len(defaultPaths))
	for name, pattern := range defaultPaths {
		if p, ok := b.Paths[name]; ok {
			pattern = p
		}
		if !strings.HasPrefix(pattern, "https://") {
			pattern = strings.TrimRight(b.Site, "/") + "/" + strings.TrimLeft(pattern, "/")
		}
		pages[name] = pieces(pattern)
	}
	return pages
}

func pieces(pattern string) (parts []piece) {
	last := 0
	for _, at := range pathField.FindAllStringSubmatchIndex(pattern, -1) {
		parts = append(parts, piece{text: pattern[last:at[0]]}, piece{field: pattern[at[2]:at[3]]})
		last = at[1]
	}
	return append(parts, piece{text: pattern[last:]})
}
