// Package validate renders the manifests as kubectl apply -k does and holds them against the
// API server's own validators, the pod security profile "restricted", the schemas of the
// custom resources, and the daemon itself. It is a module of its own: what it needs of
// Kubernetes is no part of the platform. make deploy-test runs it.
package validate
