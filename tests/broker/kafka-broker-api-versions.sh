#!/bin/bash
# Stands in for the script of the official image, as a health check: does the broker listen?
# Usage: kafka-broker-api-versions.sh --bootstrap-server HOST:PORT
set -eu
exec 3<>"/dev/tcp/${2%:*}/${2##*:}"
