package public

import (
	"errors"
	"io"
	"net/http"

	"github.com/vondi-global/notifications/internal/channels"
)

// callback hands a provider's reports on. An answer of 5xx makes the provider come again.
func (s *Server) callback(w http.ResponseWriter, r *http.Request) {
	provider := r.PathValue("provider")
	read, ok := s.cfg.Callbacks[provider]
	if !ok {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "The body is too large.", http.StatusRequestEntityTooLarge)
		return
	}
	reports, err := read(r, body)
	if err != nil {
		s.refuse(w, provider, err)
		return
	}
	if err := s.cfg.Feedback.Feedback(r.Context(), reports); err != nil {
		s.cfg.Log.Error().Err(err).Str("provider", provider).Msg("Provider's reports could not be recorded")
		http.Error(w, "Try again.", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) refuse(w http.ResponseWriter, provider string, err error) {
	status := http.StatusBadRequest
	if errors.Is(err, channels.ErrSignature) {
		status = http.StatusForbidden
	}
	s.cfg.Log.Warn().Err(err).Str("provider", provider).Int("status", status).Msg("Callback refused")
	http.Error(w, http.StatusText(status), status)
}
