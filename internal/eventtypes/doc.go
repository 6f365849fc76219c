// Package eventtypes is the catalogue: every event type of the platform, what it carries,
// who is told, by which channel, how urgently and for how long.
//
// A domain is a file (orders.go, payments.go …): its payload structs, whose tags say
// everything about a field, and its table of types. To add a type, add its entry and its
// struct; the tests name what is missing.
//
//	t, err := eventtypes.Check(&event) // is it one of ours, and does its payload hold?
//	t.Told                             // who hears of it
//	t.Values(event)                    // what templates see
//	eventtypes.Mask(t, event.Data)     // what people may see
//
// What producers write is read leniently (values.go) and judged by its rules (rules.go).
// The catalogue as a document for others (AsyncAPI, JSON Schema, Markdown) is made by the
// package contract below this one.
package eventtypes
