# make help lists the targets.

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X github.com/vondi-global/notifications/internal/app.version=$(VERSION)
GO      ?= go

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-zA-Z_-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: dev
dev: ## the whole platform on this machine, with a sample day: http://127.0.0.1:8085
	$(GO) run ./cmd/notifyd dev

.PHONY: build
build: ## bin/notifyd and bin/notifyctl
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./cmd/...

.PHONY: tools
tools: ## install what the tests need beyond Go: a redis-server
	scripts/install-tools

.PHONY: test
test: tools ## all tests: the race detector, a real redis-server and browser, Postfix's sink, alerts, manifests, a short fuzz, the image
	$(GO) vet ./...
	$(GO) test -race -timeout 15m ./...
	$(MAKE) test-browser test-smtp-sink alerts-test deploy-test licences sbom
	scripts/fuzz 5s internal/streams internal/eventtypes internal/packed
	$(MAKE) image-test

.PHONY: test-browser
test-browser: ## the preview and the inbox of dev mode in a headless chromium
	BROWSER=1 scripts/install-tools
	$(GO) vet -tags browser ./internal/browsertest
	$(GO) test -tags browser -timeout 10m ./internal/browsertest

.PHONY: test-smtp-sink
test-smtp-sink: ## email against Postfix's own test server, a peer that none of us wrote
	SMTP_SINK=1 scripts/install-tools
	$(GO) vet -tags smtpsink ./internal/channels/email
	$(GO) test -tags smtpsink -race -timeout 5m -run SMTPSink ./internal/channels/email

.PHONY: lint
lint: ## golangci-lint, as .golangci.yml has it
	scripts/lint

.PHONY: generate
generate: ## write the generated files again: docs/events.md, docs/configuration.md …
	$(GO) generate ./...

.PHONY: fuzz
fuzz: ## a short run of every fuzz test
	scripts/fuzz 20s

.PHONY: soak
soak: tools ## break the platform in every way and count: six minutes of load in all; SOAK=1h for an hour of it
	SOAK=$${SOAK:-6m} $(GO) test ./soak -count=1 -v -timeout 0 -args -save $(CURDIR)/soak/RESULTS.md
	scripts/insert soak soak/RESULTS.md README.md

.PHONY: alerts-test
alerts-test: ## try the alert rules on made series; parse the dashboard's queries
	scripts/test-alerts

.PHONY: deploy-test
deploy-test: ## the manifests against the API server's validators and the daemon; compose and Dockerfile by their own checkers
# -count=1: what they read lies outside their modules, where the test cache doesn't look.
	cd deploy/validate && $(GO) vet ./... && $(GO) test -count=1 ./...
	cd deploy/imagelint && $(GO) vet . && $(GO) test -count=1 .

.PHONY: image-test
image-test: ## build the image without an engine, try it, and start compose.yaml with it (root)
	scripts/image-test

.PHONY: sbom
sbom: ## what is in the programs, as CycloneDX, checked: dist/*.cdx.json
	scripts/sbom

.PHONY: licences
licences: ## the licence of each linked module; fails on one that we don't accept
	scripts/licences

.PHONY: bench
bench: tools ## the platform beside what one could use instead, in one table (20 minutes): bench/RESULTS.md
	$(GO) run ./bench -out bench/RESULTS.md $(BENCH)
	scripts/insert bench bench/RESULTS.md README.md

.PHONY: bench-flat
bench-flat: tools ## whether memory stays flat: SOAK=1h of a steady load (an hour by default)
	$(GO) run ./bench -only flat -flat $${SOAK:-1h} -out bench/FLAT.md

.PHONY: bench-channels
bench-channels: ## each channel beside its library on the same simulator: ×time, ×allocs, ×rate
	$(GO) test -run '^$$' -bench . -cpu 1 ./internal/channels/email ./internal/channels/telegram ./internal/channels/push ./internal/channels/sms/...

.PHONY: bench-compare
bench-compare: tools ## what this tree does to the figures of another: make bench-compare BASE=main
	bench/compare $(BASE)
