// Package rediskeys names every key of ours on the Notifications Redis, once, with its
// Redis type. All begin with "notifications:", a prefix that discovery never reads.
//
// Keys that one script touches share the hash tag {dgl}, which puts them
// into the slot of the delivery log's stream, so that everything also runs on Redis
// Cluster.
package rediskeys

// Prefix begins every key of ours.
const Prefix = "notifications:"

// tag puts a key into the slot of [Log], whose name would do so too: this is the shortest that
// does, for it stands in millions of keys, and Lua finds short keys faster.
const tag = "{dgl}:"

// Log is the delivery log: a stream of outcomes.
const Log = "notifications:events"

// Contacts is the stream that tells the users' service of dead addresses.
const Contacts = "notifications:contacts"

// Dead is the dead letters: a stream. The name must not match *:events:*, or we would
// read it ourselves.
const Dead = "notifications:dead"

// Delivery is the marker and record of a delivery: a hash.
func Delivery(id string) string { return "notifications:d:" + tag + id }

// Event is the record of an event and its plan: a string with a life.
func Event(id string) string { return "notifications:e:" + tag + id }

// Topics says since when which messages about a thing are pointless: a string of
// "\n<message> <time, ms>", one for each message, the time that of the newest event that
// supersedes it, with a life.
func Topics(thing string) string { return "notifications:t:" + tag + thing }

// deadTag puts a key into the slot of [Dead].
const deadTag = "{notifications:dead}:"

// DeadOnce keeps a letter from being set aside twice: a string with a life.
func DeadOnce(id string) string { return "notifications:x:" + deadTag + id }

// DeadBody is a dead letter's entry as it was, unmasked, for a retry: a hash with a life.
func DeadBody(id string) string { return "notifications:xb:" + deadTag + id }

// DeadDropped counts the dead letters that the stream's bound has driven out: a counter.
const DeadDropped = "notifications:x:" + deadTag + "dropped"

// ByUser is the history of a person: a sorted set of delivery ids by time (ms).
func ByUser(userID string) string { return "notifications:h:u:" + tag + userID }

// ByEntity is the history of a thing ("order:12345"): a sorted set of event ids by time (ms).
func ByEntity(entity string) string { return "notifications:h:n:" + tag + entity }

// ByProviderID finds the delivery of a provider's message id: a string with a life.
func ByProviderID(provider, id string) string { return "notifications:p:" + tag + provider + ":" + id }

// Contact is a person: a hash.
func Contact(userID string) string { return "notifications:contact:{" + userID + "}" }

// ContactBy finds a person by an address' fingerprint: a string.
func ContactBy(addressKey string) string { return "notifications:contact-by:" + addressKey }

// Audience is the members of an audience ("listing:100:watchers"): a sorted set of user
// ids, all of score 0, so that it pages in a stable order.
func Audience(name string) string { return "notifications:audience:{" + name + "}" }

// AudienceFacts remembers who joined or left an audience when: a hash of user id → fact.
func AudienceFacts(name string) string { return "notifications:audience-facts:{" + name + "}" }

// Memberships names the audiences that a person has ever been in: a set.
func Memberships(userID string) string { return "notifications:memberships:{" + userID + "}" }

// Directory is what the HTTP directory said of a person: a string with a life.
func Directory(userID string) string { return "notifications:directory:{" + userID + "}" }

// Forgotten says until when what was told of a person is to stay forgotten, by a hash of
// the user id: a string with a life.
func Forgotten(hash string) string { return "notifications:forgotten:" + hash }

// Barrier is written before replicas are waited for: an empty string.
const Barrier = "notifications:barrier"

// Link says what a thing belongs to ("order", "12345"): a hash of role → id, with a life.
func Link(kind, id string) string { return "notifications:l:{" + kind + ":" + id + "}" }

// Hold stops a channel, provider or event type by an operator's will: a hash of
// what → JSON.
const Hold = "notifications:holds"

// Broadcast is the progress of a broadcast: a hash.
func Broadcast(id string) string { return "notifications:broadcast:{" + id + "}" }

// Broadcasts lists the broadcasts: a sorted set of ids by start time (ms).
const Broadcasts = "notifications:broadcasts"

// Pace is the state of a rate limit: a string or hash with a life.
func Pace(limit string) string { return "notifications:pace:{" + limit + "}" }

// Breakers is how the breakers of every pod stand: a hash of pod → "<ms> <JSON>", with a life.
const Breakers = "notifications:breakers"

// Bell is the pub/sub channel that wakes waiting workers of a queue.
func Bell(queue string) string { return "notifications:bell:" + queue }

// Lock is a leader's lock: a string with a life.
func Lock(name string) string { return "notifications:lock:" + name }
