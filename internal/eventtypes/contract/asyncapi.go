package contract

import (
	"encoding/json"
	"strings"

	"github.com/vondi-global/notifications/internal/eventtypes"
)

// apiVersion is the contract's own; a type or field more makes a minor step.
const apiVersion = "1.0.0"

// ref is a JSON reference.
type ref struct {
	Ref string `json:"$ref"`
}

type asyncAPI struct {
	AsyncAPI           string               `json:"asyncapi"`
	Info               info                 `json:"info"`
	DefaultContentType string               `json:"defaultContentType"`
	Channels           map[string]channel   `json:"channels"`
	Operations         map[string]operation `json:"operations"`
	Components         components           `json:"components"`
}

type info struct {
	Title       string `json:"title"`
	Version     string `json:"version"`
	Description string `json:"description"`
}

type channel struct {
	Address     string         `json:"address"`
	Description string         `json:"description"`
	Messages    map[string]ref `json:"messages"`
}

type operation struct {
	Action  string `json:"action"` // receive what others publish, send what we publish
	Channel ref    `json:"channel"`
	Summary string `json:"summary"`
}

type components struct {
	Messages map[string]message `json:"messages"`
	Schemas  map[string]*Schema `json:"schemas"`
}

type message struct {
	Name        string    `json:"name"`
	Title       string    `json:"title"`
	Summary     string    `json:"summary"`
	ContentType string    `json:"contentType"`
	Payload     *Schema   `json:"payload"`
	Examples    []example `json:"examples"`
	Priority    string    `json:"x-priority,omitempty"`
	Life        string    `json:"x-life,omitempty"`
	Told        []told    `json:"x-told,omitempty"`
}

type example struct {
	Payload json.RawMessage `json:"payload"`
}

type told struct {
	Role      string   `json:"role"`
	Channels  []string `json:"channels"`
	Mandatory []string `json:"mandatory,omitempty"`
	When      string   `json:"when,omitempty"`
}

// AsyncAPI is the whole catalogue as an AsyncAPI 3.0 document: the streams that are read
// and those that we write, with every message.
func AsyncAPI() ([]byte, error) {
	doc := asyncAPI{
		AsyncAPI: "3.0.0",
		Info: info{
			Title: "Vondi notifications", Version: apiVersion,
			Description: "Events that the notification platform reads from Redis Streams, and those that it publishes. " +
				"An entry is read enveloped, as here, or flat: as fields of the entry or as JSON in one field.",
		},
		DefaultContentType: "application/json",
		Channels:           map[string]channel{}, Operations: map[string]operation{},
		Components: components{Messages: map[string]message{}, Schemas: map[string]*Schema{"Envelope": envelope()}},
	}
	for _, t := range All() {
		doc.add(t)
	}
	return encode(doc, "  ")
}

func (d *asyncAPI) add(t *eventtypes.Type) {
	name, stream := string(t.Name), key(t.Stream)
	if _, ok := d.Channels[stream]; !ok {
		d.Channels[stream] = channel{Address: t.Stream, Description: "The Redis stream " + t.Stream + ".", Messages: map[string]ref{}}
		d.Operations[verb(t)+"-"+stream] = operation{Action: verb(t), Channel: ref{"#/channels/" + stream}, Summary: summary(t)}
	}
	d.Channels[stream].Messages[name] = ref{"#/components/messages/" + name}
	d.Components.Schemas[name] = ForType(t)
	d.Components.Messages[name] = messageOf(t)
}

func verb(t *eventtypes.Type) string {
	if isOutput(t) {
		return "send"
	}
	return "receive"
}

func summary(t *eventtypes.Type) string {
	if isOutput(t) {
		return "Published by the notification platform."
	}
	return "Read by the consumer group notification-consumers."
}

func messageOf(t *eventtypes.Type) message {
	m := message{
		Name: string(t.Name), Title: string(t.Name), Summary: t.About, ContentType: "application/json",
		Payload: enveloped(t), Examples: []example{{Entry(t)}}, Priority: string(t.Priority), Life: t.Lasts(),
	}
	if isOutput(t) {
		m.Payload = &Schema{Ref: "#/components/schemas/" + m.Name}
	}
	for _, a := range t.Told {
		m.Told = append(m.Told, told{string(a.Role), names(a.Channels), names(a.Mandatory), a.When})
	}
	return m
}

func names[T ~string](list []T) []string {
	var s []string
	for _, v := range list {
		s = append(s, string(v))
	}
	return s
}

// key makes a stream's name fit to be a reference's last part.
func key(stream string) string { return strings.NewReplacer(":", "-", ".", "-").Replace(stream) }
