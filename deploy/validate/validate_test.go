package validate

import (
	"fmt"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"
	psapi "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	networkvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	disruption "k8s.io/kubernetes/pkg/apis/policy"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	disruptionvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
)

func TestManifests(t *testing.T) {
	for _, folder := range folders() {
		t.Run(folder, func(t *testing.T) {
			for _, doc := range render(t, folder) {
				for _, p := range problems(t, doc) {
					t.Error(p)
				}
			}
		})
	}
}

// TestMistakesAreFound: mistakes that schemas don't see.
func TestMistakesAreFound(t *testing.T) {
	docs := render(t, "../overlays/prod")
	for name, change := range map[string][2]string{
		"misspelt field":         {"terminationGracePeriodSeconds:", "terminationGraceSeconds:"},
		"selector of nobody":     {"matchLabels:\n      app.kubernetes.io/name: notifyd\n  strategy", "matchLabels:\n      app.kubernetes.io/name: other\n  strategy"},
		"rollout that can't go":  {"maxSurge: 1", "maxSurge: 0"},
		"root":                   {"runAsNonRoot: true", "runAsNonRoot: false"},
		"privileges":             {"allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"},
		"mount of nothing":       {"name: locales\n          readOnly", "name: words\n          readOnly"},
		"probe of no port":       {"port: admin", "port: admin-port-of-the-daemon"},
		"eviction policy":        {"unhealthyPodEvictionPolicy: AlwaysAllow", "unhealthyPodEvictionPolicy: Always"},
		"field of a CRD":         {"minReplicaCount: 2", "minReplicas: 2"},
		"type in a CRD":          {"pollingInterval: 15", "pollingInterval: often"},
		"setting of a trigger":   {"lagCount:", "lag:"},
		"field of a rule":        {"annotations:\n        description", "annotation:\n        description"},
		"interval of the scrape": {"interval: 30s\n    path", "interval: often\n    path"},
	} {
		t.Run(name, func(t *testing.T) {
			changed, found := false, []string{}
			for _, doc := range docs {
				broken := strings.Replace(string(doc), change[0], change[1], 1)
				if broken != string(doc) {
					changed = true
					found = append(found, problems(t, []byte(broken))...)
				}
			}
			if !changed {
				t.Fatalf("no manifest has %q", change[0])
			}
			if len(found) == 0 {
				t.Error("nobody noticed")
			}
		})
	}
}

// problems is what an API server would say to an object.
func problems(t *testing.T, doc []byte) []string {
	t.Helper()
	decoder := serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	obj, kind, err := decoder.Decode(doc, nil, nil)
	if runtime.IsNotRegisteredError(err) {
		return customProblems(t, doc)
	}
	if err != nil {
		return []string{fmt.Sprintf("%v: %v", kind, err)}
	}
	where := kind.Kind
	if m, err := meta.Accessor(obj); err == nil {
		where += " " + m.GetName()
	}
	var list []string
	if d, ok := obj.(*appsv1.Deployment); ok {
		list = append(restricted(t, d.Spec.Template), danglingPorts(d.Spec.Template.Spec)...)
	}
	legacyscheme.Scheme.Default(obj)
	internal, err := legacyscheme.Scheme.UnsafeConvertToVersion(obj, runtime.InternalGroupVersioner)
	must(t, err)
	for _, e := range semantic(internal) {
		list = append(list, e.Error())
	}
	for i := range list {
		list[i] = where + ": " + list[i]
	}
	return list
}

func semantic(obj runtime.Object) field.ErrorList {
	switch o := obj.(type) {
	case *apps.Deployment:
		return appsvalidation.ValidateDeployment(o, corevalidation.PodValidationOptions{})
	case *networking.NetworkPolicy:
		return networkvalidation.ValidateNetworkPolicy(o, networkvalidation.NetworkPolicyValidationOptions{})
	case *networking.Ingress:
		return networkvalidation.ValidateIngressCreate(o)
	case *disruption.PodDisruptionBudget:
		return disruptionvalidation.ValidatePodDisruptionBudget(o, disruptionvalidation.PodDisruptionBudgetValidationOptions{})
	case *core.ConfigMap:
		return corevalidation.ValidateConfigMap(o)
	case *core.Secret:
		return corevalidation.ValidateSecret(o)
	case *core.Namespace:
		return corevalidation.ValidateNamespace(o)
	case *core.ServiceAccount:
		return corevalidation.ValidateServiceAccount(o)
	case *core.Service:
		if o.Spec.ClusterIP == core.ClusterIPNone { // the server copies it before it validates
			o.Spec.ClusterIPs = []string{core.ClusterIPNone}
		}
		return corevalidation.ValidateService(o)
	}
	return field.ErrorList{field.InternalError(nil, fmt.Errorf("no validator for %T", obj))}
}

// restricted holds a pod against the profile of its namespace.
func restricted(t *testing.T, pod corev1.PodTemplateSpec) []string {
	t.Helper()
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks())
	must(t, err)
	var list []string
	level := psapi.LevelVersion{Level: psapi.LevelRestricted, Version: psapi.LatestVersion()}
	for _, r := range evaluator.EvaluatePod(level, &pod.ObjectMeta, &pod.Spec) {
		if !r.Allowed {
			list = append(list, "pod security: "+r.ForbiddenReason+": "+r.ForbiddenDetail)
		}
	}
	return list
}

// danglingPorts finds probes of a port that no container has: the server takes them, the
// kubelet then fails them.
func danglingPorts(pod corev1.PodSpec) []string {
	var list []string
	for _, c := range pod.Containers {
		names := map[string]bool{}
		for _, p := range c.Ports {
			names[p.Name] = true
		}
		for _, p := range []*corev1.Probe{c.StartupProbe, c.ReadinessProbe, c.LivenessProbe} {
			if p != nil && p.HTTPGet != nil && !names[p.HTTPGet.Port.StrVal] {
				list = append(list, "a probe asks for the port "+p.HTTPGet.Port.StrVal)
			}
		}
	}
	return list
}
