# Everything is driven from here; .ci/run calls the same targets.

GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
DEADCODE := golang.org/x/tools/cmd/deadcode@v0.52.0
TOOLS    := $(CURDIR)/.cache/tools
LINT     := $(TOOLS)/golangci-lint
DEAD     := $(TOOLS)/deadcode
FUZZTIME ?= 3s
RIVALS   ?= all
SCALES   ?= 1,10,100

.PHONY: run build test check fuzz bench clean

run: build ## the demo lake, from landing to the training set
	bin/stedi --batch --demo

build: ## bin/stedi
	go build -trimpath -o bin/stedi ./cmd/stedi

# The race detector waits a second at the end of each process, and the tests
# start the program hundreds of times.
test: ## all tests with the race detector, then a short run of every fuzz target
	GORACE=atexit_sleep_ms=0 go test -race -shuffle=on -timeout 20m ./...
	$(MAKE) --no-print-directory fuzz

check: $(LINT) $(DEAD) ## what a machine can say of the code without running it
	go mod tidy -diff
	$(LINT) fmt --diff
	$(LINT) run
	@out=$$($(DEAD) -test ./...); if [ -n "$$out" ]; then echo "$$out"; exit 1; fi

fuzz: ## every fuzz target for FUZZTIME
	@set -e; for pkg in $$(go list ./...); do \
	  dir=$$(go list -f '{{.Dir}}' $$pkg); \
	  for target in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go 2>/dev/null | cut -c6-); do \
	    go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x $$pkg; \
	  done; \
	done

bench: build ## side by side with its rivals; the table goes into README.md
	go build -o .cache/bench ./cmd/bench
	.cache/bench -stedi bin/stedi -rivals $(RIVALS) -scales $(SCALES) -work .cache/bench-work -readme README.md

clean:
	rm -rf bin .cache

$(LINT):
	GOBIN=$(TOOLS) go install $(GOLANGCI)

$(DEAD):
	GOBIN=$(TOOLS) go install $(DEADCODE)
