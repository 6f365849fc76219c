package ctl

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vondi-global/notifications/internal/channels"
)

// breakerStatus is how a provider's breakers stand, in all pods.
type breakerStatus struct {
	Breaker string         `json:"breaker"` // sms, and sms-2 for the provider that steps in
	State   channels.State `json:"state"`   // the worst
	Since   time.Time      `json:"since"`
	Pods    []podStatus    `json:"pods"`
}

type podStatus struct {
	Pod   string         `json:"pod"`
	State channels.State `json:"state"`
	Since time.Time      `json:"since"`
}

func (s *session) lookAtBreakers(ctx context.Context, _ *platform, v *statusView) error {
	client, err := s.redis(ctx)
	if err != nil {
		return err
	}
	pods, err := channels.NewBoard(client, "").Read(ctx)
	v.Pods, v.Breakers = len(pods), breakersOf(pods)
	return err
}

// breakersOf turns the pods' boards into one line for each provider.
func breakersOf(pods []channels.PodBreakers) []breakerStatus {
	all := map[string]*breakerStatus{}
	for _, p := range pods {
		for name, s := range p.Breakers {
			b := cmp.Or(all[name], &breakerStatus{Breaker: name, State: s.State, Since: s.Since})
			if s.State > b.State {
				b.State, b.Since = s.State, s.Since
			}
			b.Pods = append(b.Pods, podStatus{p.Pod, s.State, s.Since})
			all[name] = b
		}
	}
	list := make([]breakerStatus, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, *all[name])
	}
	return list
}

// troubled are the pods that do not use the provider.
func (b breakerStatus) troubled() []string {
	var list []string
	for _, p := range b.Pods {
		if p.State != channels.Closed {
			list = append(list, p.Pod)
		}
	}
	return list
}

func (p statusPage) breakers() table {
	t := table{head: []string{"BREAKER", "STATE", "SINCE", "PODS"}}
	for _, b := range p.v.Breakers {
		state, pods := p.s.paint(green, b.State.String()), plural(len(b.Pods), "pod")
		if list := b.troubled(); len(list) > 0 {
			state = p.s.paint(red, b.State.String())
			pods = fmt.Sprintf("%d of %d: %s", len(list), len(b.Pods), strings.Join(list, ", "))
		}
		t.add(b.Breaker, state, p.s.when(b.Since), pods)
	}
	return t
}

func breakerAlarms(b breakerStatus) []alarm {
	where := "provider " + b.Breaker
	channel, _, _ := strings.Cut(b.Breaker, "-")
	in := fmt.Sprintf("in %d of %s", len(b.troubled()), plural(len(b.Pods), "pod"))
	switch b.State {
	case channels.Held:
		return []alarm{{where, "it refuses our settings, and is left alone " + in, "notifyctl doctor"}}
	case channels.Open:
		return []alarm{{where, "it fails, and is left alone " + in, "notifyctl log --since 5m --status failed,retried --channel " + channel}}
	case channels.Closed, channels.HalfOpen: // in use, or tried again
	}
	return nil
}
