# Every target is one call of `python -m course`, which works without make too.
# It makes .venv by itself when that is missing or out of date.

PYTHON ?= python3
ARGS ?=
COURSE = @$(PYTHON) -m course

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-browser check notes bench doctor

help: ## this list
	@sed -n 's/^\([a-zA-Z%-]*\):.*## /make \1\t/p' Makefile | sed 's/%/N/' | expand -t 20 || :

setup: ## make .venv from requirements.txt (every target does so if need be)
	$(COURSE) setup

demo: ## list the demos
	$(COURSE) demo

demo-%: ## play stage N's story, both sides of the wire (PORT=, ARGS=--auto)
	$(COURSE) demo $* $(ARGS)

test: ## run every stage's tests (ARGS=-v for the tracebacks)
	$(COURSE) test $(ARGS)

test-browser: ## test the pages in Chromium
	$(COURSE) test-browser $(ARGS)

test-%: ## run stage N's tests (ARGS=-v for the tracebacks)
	$(COURSE) test $* $(ARGS)

check: ## check the course's own rules
	$(COURSE) check $(ARGS)

notes: ## write what the notes quote anew
	$(COURSE) notes

bench: ## measure what the notes claim (ARGS="echo rows", ARGS=--quick)
	$(COURSE) bench $(ARGS)

diff-%: ## show the step from stage N-1 to stage N (ARGS=--tests, ARGS=chat/views.py)
	$(COURSE) diff $* $(ARGS)

doctor: ## say what is wrong here, or in ARGS=PATH, a project of yours
	$(COURSE) doctor $(ARGS)
