package preview

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/vondi-global/notifications/internal/render"
	"github.com/vondi-global/notifications/locales"
	"github.com/vondi-global/notifications/templates"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var builtIn = sync.OnceValues(func() (*render.Set, error) {
	return render.Load(templates.Files, locales.Files, render.DefaultBrand())
})

func gallery(t *testing.T) *Gallery {
	t.Helper()
	set, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	return open(render.New(set), nil) // that there is nothing to find is shown by the tests of render
}

func get(t *testing.T, g http.Handler, path string) (string, *http.Response) {
	t.Helper()
	return answer(t, g, httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends a page's form.
func post(t *testing.T, g http.Handler, path, data string) (string, *http.Response) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(url.Values{"data": {data}, "reader": {"Ana"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return answer(t, g, r)
}

func answer(t *testing.T, g http.Handler, r *http.Request) (string, *http.Response) {
	t.Helper()
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body), w.Result()
}
