#!/bin/sh
# Like the official image: KAFKA_NODE_ID=1 becomes node.id=1, then the data folder is formatted once.
set -eu
file=/tmp/server.properties
data=/tmp/kafka-data
echo "log.dirs=$data" >"$file"
env | sed -n 's/^KAFKA_\([A-Z_]*\)=\(.*\)$/\1 \2/p' | while read -r name value; do
    printf '%s=%s\n' "$(printf '%s' "$name" | tr 'A-Z_' 'a-z.')" "$value"
done >>"$file"
run() { java -Xms128m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '/opt/kafka/libs/*' "$@"; }
run kafka.tools.StorageTool format --ignore-formatted \
    --cluster-id "${CLUSTER_ID:-c3RyZWFtLWVkaXRzLTAwMQ}" --config "$file"
exec java -Xms128m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '/opt/kafka/libs/*' \
    kafka.Kafka "$file"
