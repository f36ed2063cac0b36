#!/bin/sh
# Method 2: the container migrates before its service starts. `startup` waits for the database, goes by the switch
# BACKEND_AUTO_MIGRATE, and takes a lock: of several replicas that start together one migrates.
set -eu

migrate-cli startup

exec "$@"
