// Package contract writes the catalogue down for others: JSON Schema 2020-12 for each type,
// one AsyncAPI 3.0 document, and docs/events.md. All three are made of the payload structs
// and of the table in package eventtypes; nothing is written by hand.
//
// A released schema may only grow: see [Breaks].
package contract
