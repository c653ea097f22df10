# Everything a newcomer needs: make run, make test.
.PHONY: all build run test check bench e2e assets setup clean

GO      ?= go
DEMO    ?= 127.0.0.1:8080
SOURCES := $(shell find main.go app ui data assets -name '*.go' -o -path 'assets/templates/*' -o -path 'assets/css/*' -o -path 'assets/js/*' -o -path 'assets/img/*')
FLAGS   := -trimpath -ldflags '-s -w'

all: build

build: preau

preau: go.mod go.sum assets/lib/htmx.js $(SOURCES)
	CGO_ENABLED=0 $(GO) build $(FLAGS) -o preau .

# What comes from npm is gathered into a folder that the executable embeds.
assets: assets/lib/htmx.js
assets/lib/htmx.js: package.json package-lock.json go.mod build.mjs assets/npm/htmx.js $(shell find assets/templates ui -name '*.html' -o -name '*.go')
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	node build.mjs

run: build
	./preau demo --listen $(DEMO)

# Chromium, the mail servers Exim and Dovecot, LibreOffice, for the tests only.
setup:
	sh e2e/setup.sh

test: assets setup check
	$(GO) test -count=1 -timeout 25m ./...

e2e: build setup
	$(GO) test -count=1 -v ./e2e/...

check: assets
	@test -z "$$(gofmt -l main.go app ui data assets e2e)" || { gofmt -l main.go app ui data assets e2e; echo "gofmt -w these files"; exit 1; }
	$(GO) vet ./...
	$(GO) mod verify

# Figures, not verdicts. BIG=1 adds a million people, kept in .cache.
bench: build setup
	$(GO) run ./e2e/bench
	KILLS=200 $(GO) test -count=1 -timeout 20m -run 'TestKill$$' -v ./e2e

clean:
	rm -rf preau assets/lib/*.js assets/lib/*.svg assets/lib/*.woff2 assets/lib/*.txt node_modules
