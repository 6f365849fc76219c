package simulators

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"sync"
)

// fcmAccess is the token endpoint: it exchanges an assertion that the service account has
// signed (RFC 7523) for an access token.
type fcmAccess struct {
	token string

	mu       sync.Mutex
	required bool
	key      *rsa.PrivateKey // the service account's, once there is one
	logins   int
}

func newFCMAccess() *fcmAccess { return &fcmAccess{token: "ya29." + hexID()} }

// RequireAuth refuses requests without an access token from now on.
func (f *FCM) RequireAuth() {
	f.access.mu.Lock()
	defer f.access.mu.Unlock()
	f.access.required = true
}

// Logins is how many access tokens were given out.
func (f *FCM) Logins() int {
	f.access.mu.Lock()
	defer f.access.mu.Unlock()
	return f.access.logins
}

// Forget deletes the service account: its logins are refused from now on.
func (f *FCM) Forget() {
	f.access.mu.Lock()
	defer f.access.mu.Unlock()
	f.access.key = nil
}

// ServiceAccount is a credentials file that the simulator knows, as the Firebase console
// gives it out. Its token endpoint is the simulator's.
func (f *FCM) ServiceAccount() ([]byte, error) {
	key, err := f.access.account()
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]string{
		"type": "service_account", "project_id": f.Project, "private_key_id": "k1", "client_id": "1",
		"client_email": "fcm@" + f.Project + ".iam.gserviceaccount.com", "token_uri": f.URL() + "/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
}

func (a *fcmAccess) account() (*rsa.PrivateKey, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.key != nil {
		return a.key, nil
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	a.key = key
	return key, err
}

func (a *fcmAccess) allows(r *http.Request) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	got := r.Header.Get("Authorization")
	return got == "" && !a.required || got == "Bearer "+a.token
}

func (a *fcmAccess) grant(w http.ResponseWriter, r *http.Request) {
	if !a.signed(r.FormValue("assertion")) {
		answerJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
		return
	}
	a.mu.Lock()
	a.logins++
	a.mu.Unlock()
	answerJSON(w, http.StatusOK, map[string]any{"access_token": a.token, "token_type": "Bearer", "expires_in": 3600})
}

// signed checks the assertion's RS256 signature.
func (a *fcmAccess) signed(jwt string) bool {
	a.mu.Lock()
	key := a.key
	a.mu.Unlock()
	dot := strings.LastIndexByte(jwt, '.')
	if key == nil || dot < 0 {
		return false
	}
	sig, err := base64.RawURLEncoding.DecodeString(jwt[dot+1:])
	sum := sha256.Sum256([]byte(jwt[:dot]))
	return err == nil && rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], sig) == nil
}
