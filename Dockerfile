# Two programs in one small image: notifyd (the daemon) and notifyctl (for kubectl exec).
# The base images are arguments, so that the image can be built where there is no registry.
ARG GO_IMAGE=docker.io/library/golang:1.26-trixie
ARG RUNTIME_IMAGE=gcr.io/distroless/static-debian13:nonroot

FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS build
# No defaults: one would win over the platform that the builder is told.
ARG TARGETOS
ARG TARGETARCH
ARG VERSION=dev
WORKDIR /src
COPY go.mod go.sum ./
COPY internal/channels/push/without/ internal/channels/push/without/
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -tags timetzdata \
    -ldflags "-s -w -X github.com/vondi-global/notifications/internal/app.version=$VERSION" \
    -o /out/ ./cmd/notifyd ./cmd/notifyctl

FROM ${RUNTIME_IMAGE}
ARG VERSION=dev
LABEL org.opencontainers.image.title="notifyd" \
      org.opencontainers.image.source="https://github.com/vondi-global/notifications" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION"
COPY --from=build /out/ /usr/local/bin/
# Templates and locales are built in; these copies are what a ConfigMap may be mounted over.
COPY templates/ /etc/notifyd/templates/
COPY locales/ /etc/notifyd/locales/
USER 65532:65532
EXPOSE 8085
ENTRYPOINT ["/usr/local/bin/notifyd"]
CMD ["run"]
