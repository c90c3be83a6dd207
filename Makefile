# What a developer or a keeper does with this project. `make` alone tells what there is.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help ready run demo test bench check fuzz schemas

FUZZ_SECONDS ?= 20
NEXTEST := $(shell command -v cargo-nextest 2>/dev/null)
VECTORS := published::every_published_file_is_used

help: ## Tell what there is
	@sed -n 's/^\([a-z]*\):.*## /make \1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-14s%s\n", $$1, $$2 }'

# Says what comes, and gets what it needs: cargo is yours to bring, a C compiler is installed where that can be done.
ready:
	@for goal in $(MAKECMDGOALS); do sed -n "s/^$$goal:.*## /make $$goal: /p" $(MAKEFILE_LIST); done
	@.ci/compiler

run: ready ## Start a node to try out, at http://localhost:8080, with its data in ./data
	cargo run --release -- serve

demo: ready ## Let several spaces live beside each other on this machine and watch them talk
	cargo run --release -- demo

test: ready ## Run every test on SQLite and on PostgreSQL, in UTC and at the other end of the day
	cargo test --no-run
	cargo test --doc
ifndef NEXTEST
	cargo test --quiet --test wire $(VECTORS) -- --exact --show-output
endif
	.ci/suite

bench: ready ## Measure the hot paths and the node under load, against their bounds
	cargo bench --bench signature
	TEST_DATABASE_FSYNC=on .ci/postgres cargo bench --bench load

check: ready ## Format, lints, documentation, licences and advisories, calendars, and a short run of every fuzz target
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings -A rustdoc::private-intra-doc-links" cargo doc --no-deps --document-private-items
	.ci/deny
	.ci/calendar
	fuzz/run $(FUZZ_SECONDS)

fuzz: ready ## Run every fuzz target for FUZZ_SECONDS each
	fuzz/run $(FUZZ_SECONDS)

schemas: ready ## Write schemas/ and snapshots anew from the code, to be looked at and committed
	UPDATE_SCHEMAS=1 INSTA_UPDATE=always cargo test
	git --no-pager diff --stat -- schemas tests
