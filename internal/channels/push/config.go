package push

import (
	"cmp"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"

	"github.com/vondi-global/notifications/internal/channels"
)

// Config says to which Firebase project to send, and as whom.
type Config struct {
	CredentialsFile string        // a service account's JSON key, or a workload identity's configuration
	Endpoint        string        // "" is Google's; without credentials only a loopback address is taken
	Project         string        // "": the credentials file's own
	Wire            channels.Wire // hears what is said; nil: nobody
}

const scope = "https://www.googleapis.com/auth/firebase.messaging"

// Validate says what is wrong with the configuration without reading the file.
func (c Config) Validate() error {
	u, err := url.Parse(c.Endpoint)
	if err != nil || c.Endpoint != "" && u.Host == "" {
		return errors.New("push: endpoint: want an address such as https://fcm.googleapis.com")
	}
	switch {
	case c.CredentialsFile == "" && c.Endpoint == "":
		return errors.New("push: no credentials file: set VONDINOTIFY_FCM_CREDENTIALS_FILE to the service account's JSON key")
	case c.CredentialsFile == "" && !loopback(u.Hostname()):
		return fmt.Errorf("push: endpoint %s: without credentials only a loopback address is taken", u.Host)
	case c.CredentialsFile == "" && c.Project == "":
		return errors.New("push: no project: set VONDINOTIFY_FCM_PROJECT")
	case c.Endpoint != "" && u.Scheme != "https" && !loopback(u.Hostname()):
		return fmt.Errorf("push: endpoint %s: want https", u.Host)
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// endpoint is the address that the SDK puts /projects/… behind; "" leaves the choice to it.
func (c Config) endpoint() string {
	e := strings.TrimSuffix(c.Endpoint, "/")
	if e == "" || strings.HasSuffix(e, "/v1") {
		return e
	}
	return e + "/v1"
}

// keyFile is what we look at in the credentials file; the rest is for Google's library.
type keyFile struct {
	Type    credentials.CredType `json:"type"`
	Project string               `json:"project_id"`
	Key     string               `json:"private_key"`
}

// access reads the credentials file. Errors name the file and what is wrong with it, never
// what stands in it.
func (c Config) access(client *http.Client) (creds *auth.Credentials, project string, err error) {
	if c.CredentialsFile == "" {
		return nil, c.Project, nil
	}
	raw, err := os.ReadFile(c.CredentialsFile)
	if err != nil {
		return nil, "", fmt.Errorf("push: credentials file: %w", err)
	}
	var file keyFile
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, "", c.badFile("not JSON")
	}
	if wrong := file.wrong(); wrong != "" {
		return nil, "", c.badFile(wrong)
	}
	creds, err = credentials.NewCredentialsFromJSON(file.Type, raw, &credentials.DetectOptions{Scopes: []string{scope}, Client: client})
	if err != nil {
		return nil, "", c.badFile(channels.Seal(err.Error(), file.Key))
	}
	project = cmp.Or(c.Project, file.Project)
	if project == "" {
		return nil, "", c.badFile("no project_id in it: set VONDINOTIFY_FCM_PROJECT")
	}
	return creds, project, nil
}

// wrong says what is wrong with the file; "" is nothing. Google's library would find the
// key's fault at the first send only.
func (f keyFile) wrong() string {
	known := []credentials.CredType{credentials.ServiceAccount, credentials.ExternalAccount, credentials.ImpersonatedServiceAccount, credentials.AuthorizedUser}
	switch {
	case !slices.Contains(known, f.Type):
		return "its type is not that of credentials (service_account)"
	case f.Type == credentials.ServiceAccount && !isKey(f.Key):
		return "its private_key is not a PEM key"
	}
	return ""
}

func isKey(text string) bool {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return false
	}
	_, err8 := x509.ParsePKCS8PrivateKey(block.Bytes)
	_, err1 := x509.ParsePKCS1PrivateKey(block.Bytes)
	return err8 == nil || err1 == nil
}

func (c Config) badFile(what string) error {
	return fmt.Errorf("push: credentials file %s: %s", c.CredentialsFile, what)
}
