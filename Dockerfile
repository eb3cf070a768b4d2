# Tillbird in a container: one static program, no shell, no root.
#
#   docker build -t tillbird .
#   docker run -p 8080:8080 -v tillbird:/data --env-file tillbird.env tillbird
#
# Without STRIPE_SECRET_KEY it would be the sandbox, which serves one machine only:
#   docker run --network host -e TILLBIRD_ADDR=127.0.0.1:8080 -v tillbird:/data tillbird

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
# Static with glibc: names and users are looked up by Go, SQLite loads no extensions, time zones are inside.
RUN CGO_ENABLED=1 go build -trimpath -buildvcs=false \
      -tags netgo,osusergo,sqlite_omit_load_extension,timetzdata \
      -ldflags "-s -w -linkmode external -extldflags -static -X main.version=${VERSION}" \
      -o /out/tillbird ./cmd/tillbird \
 && mkdir -p /out/data /out/tmp \
 && chmod 0700 /out/data && chmod 1777 /out/tmp

FROM scratch
# Stripe and mail servers are known by their certificates.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/tillbird /tillbird
COPY --from=build --chown=10001:10001 /out/data /data
COPY --from=build --chown=10001:10001 /out/tmp /tmp
COPY --from=build /src/LICENSE /LICENSE
USER 10001:10001
ENV TILLBIRD_ADDR=0.0.0.0:8080 TILLBIRD_DATA=/data
VOLUME /data
EXPOSE 8080
# The server answers ready once the database takes changes; stopping lets running requests finish.
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s --retries=3 CMD ["/tillbird", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/tillbird"]
