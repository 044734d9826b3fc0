# Everything is driven from here; .ci/run calls the same targets.

GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
DEADCODE := golang.org/x/tools/cmd/deadcode@v0.52.0
TOOLS    := $(CURDIR)/.cache/tools
LINT     := $(TOOLS)/golangci-lint
DEAD     := $(TOOLS)/deadcode
FUZZTIME ?= 3000x
WALK     ?= 100000
SPARK    ?= $(CURDIR)/.cache/spark
PYSPARK  ?= 3.5.4
POLICIES := $(CURDIR)/.cache/aws/policies
RIVALS   ?= all
SCALES   ?= 1,10,100
ROUNDS   ?= 5
TARGETS  ?= wall
VENV     ?= $(CURDIR)/.cache/bench-venv
BENCH     = .cache/bench -stedi bin/stedi -venv $(VENV) -work .cache/bench-work

.PHONY: run build test test-spark check fuzz bench bench-small bench-screens pictures keys clean counterparts playground test-aws

run: build ## the demo lake: on its screens, or without a terminal from landing to the training set
	@if [ -t 0 ] && [ -t 1 ]; then bin/stedi --demo; else bin/stedi --batch --demo; fi

build: ## bin/stedi
	go build -trimpath -o bin/stedi ./cmd/stedi

# The race detector waits a second at the end of each process, and the tests
# start the program hundreds of times. The packages that take long come first.
test: counterparts ## all tests with the race detector, then a short run of every fuzz target
	GORACE=atexit_sleep_ms=0 go test -race -shuffle=on -timeout 25m ./cmd/stedi ./tui ./...
	$(MAKE) --no-print-directory fuzz WALK=

test-spark: $(SPARK)/bin/spark-submit ## the engine and its scripts on a real Spark; needs Python 3 and Java 17. Spark 4: SPARK=$$PWD/.cache/spark4 PYSPARK=4.3.0
	$(SPARK)/bin/ruff check pipeline/spark
	STEDI_SPARK=$(SPARK) go test -count=1 -timeout 40m ./pipeline/spark
	STEDI_SPARK=$(SPARK) go test -count=1 -timeout 20m ./cmd/stedi -run Spark

check: $(LINT) $(DEAD) ## what a machine can say of the code without running it
	go mod tidy -diff
	$(LINT) fmt --diff
	$(LINT) run
	@out=$$($(DEAD) -test ./...); if [ -n "$$out" ]; then echo "$$out"; exit 1; fi

# A number of inputs, not a time: go test calls it a failure now and then when the
# time is over in the middle of an input. Each package is linked once for all its
# targets, and a target runs in its folder, where it leaves an input that fails.
fuzz: ## every fuzz target for FUZZTIME (3000x inputs, or 1m), and WALK random steps through the screens
	@set -e; mkdir -p .cache/fuzz; for dir in $$(grep -rlE --include='*_test.go' '^func Fuzz' athena cmd pipeline tui | xargs -n 1 dirname | sort -u); do \
	  go test -c -fuzz=. -o .cache/fuzz/test ./$$dir; \
	  for target in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' $$dir/*_test.go | cut -c6-); do \
	    echo "$$dir $$target"; \
	    (cd $$dir && $(CURDIR)/.cache/fuzz/test -test.run '^$$' -test.fuzz "^$$target$$" -test.fuzztime $(FUZZTIME) \
	      -test.fuzzminimizetime 1x -test.fuzzcachedir $(CURDIR)/.cache/fuzz/corpus/$$dir); \
	  done; \
	done
	$(if $(WALK),go test ./tui -run RandomWalk -walk $(WALK) -timeout 2h)

bench: build ## side by side with its rivals, with targets; the tables go into cmd/bench/README.md
	go build -o .cache/bench ./cmd/bench
	$(BENCH) -rivals $(RIVALS) -scales $(SCALES) -rounds $(ROUNDS) -targets $(TARGETS) -readme cmd/bench/README.md

# CPU times, as other work of the machine changes them little, and four times what
# the targets allow: this finds what has become much slower, and never fails by chance.
bench-small: build ## small lakes, the rivals that need no installation, loose targets
	go build -o .cache/bench ./cmd/bench
	$(BENCH) -rivals embedded -scales 1,10 -rounds 1 -targets cpu -slack 4

bench-screens: build ## how quickly the screens answer, on a pseudo-terminal
	go build -o .cache/screenbench ./cmd/screenbench
	.cache/screenbench -stedi bin/stedi -work .cache/bench-work

PICTURES := testdata/pictures
SHOT      = bin/stedi shot --demo --frame

pictures: build ## the README's pictures, of the screens as they are
	mkdir -p $(PICTURES)
	$(SHOT) lake --table customer_trusted -o $(PICTURES)/lake.png
	$(SHOT) run --table accelerometer_trusted -o $(PICTURES)/run.png
	$(SHOT) query --query "$$(cat pipeline/stedi/queries/rows_by_user.sql)" -o $(PICTURES)/query.png
	$(SHOT) checks -o $(PICTURES)/checks.png
	$(SHOT) history -o $(PICTURES)/history.png
	$(SHOT) query --query "$$(cat pipeline/stedi/queries/customer_curated_preview.sql)" -o $(PICTURES)/customer_curated.png
	$(SHOT) query --query "$$(cat pipeline/stedi/queries/machine_learning_curated_preview.sql)" -o $(PICTURES)/machine_learning_curated.png
	$(SHOT) lake --table customer_trusted --theme light -o $(PICTURES)/light.png

keys: ## the table of keys in tui/README.md, from the bindings
	go test ./cmd/stedi -run TestTheREADMEsKeysAreThoseOfTheScreens -update-keys

clean:
	rm -rf bin .cache

$(SPARK)/bin/spark-submit:
	python3 -m venv $(SPARK)
	$(SPARK)/bin/pip install --quiet pyspark==$(PYSPARK) ruff==0.17.6

$(POLICIES)/bin/parliament: # what judges the IAM policies
	python3 -m venv $(POLICIES)
	$(POLICIES)/bin/pip install --quiet parliament==1.6.4 policy-sentry==0.15.2

counterparts: ## the servers that stand in for AWS in tests
	.ci/counterparts

playground: counterparts $(SPARK)/bin/spark-submit ## what stands in for AWS, to try the program on, until ctrl+c
	go test -count=1 -timeout 0 ./athena/awstest -run Serve -v -serve

test-aws: counterparts $(POLICIES)/bin/parliament $(SPARK)/bin/spark-submit ## everything on what stands in for AWS; make test runs a part of it
	STEDI_TEST_AWS=whole go test -count=1 -timeout 40m ./athena/...
	STEDI_TEST_AWS=whole go test -count=1 -timeout 40m ./cmd/stedi -run 'Athena|Bucket|Glue|Polic'

$(LINT):
	GOBIN=$(TOOLS) go install $(GOLANGCI)

$(DEAD):
	GOBIN=$(TOOLS) go install $(DEADCODE)
