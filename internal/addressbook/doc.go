// Package addressbook knows whom the platform can reach, and who belongs to what. Nobody
// keeps such a directory for us, so the streams themselves build it: [Book.Learn] reads in
// each event what it tells about people (the table stands in lessons.go), and operators
// import, correct and export the rest.
//
//	contact   a person: addresses, language, preferences, dead addresses      Contact, Put, Merge
//	link      a thing and what it belongs to: order → buyer, parcel → PVZ     Link
//	audience  people who hear of the same things: listing:100:watchers        Join, Leave, Members, Page
//
// Everything in it is a fact: a value with the time from which it holds. An older fact
// never replaces a newer one, so that events may be read twice, late, and by several pods
// at once. Facts lie in hashes on the Notifications Redis; each script touches the keys of
// one person, one link or one audience, so that the book also runs on Redis Cluster.
//
// Nothing that the package returns as an error carries an address.
package addressbook
