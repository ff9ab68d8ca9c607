#!/usr/bin/env bash
# How long a custodian of 3 of 5 takes to approve 20 terms over 24 months of 100 deposits, and how large its
# approval, share and body are. Builds the archive with the release binary in a temporary folder.
#
#     cargo build --release && bench/approve.sh [DEPOSITS] [TERMS]
set -euo pipefail
deposits=${1:-100} terms=${2:-20}
blackbox="$(cd "$(dirname "$0")/.." && pwd)/target/release/blackbox"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for name in c1 c2 c3 c4 c5 sealer examiner auditor; do
    "$blackbox" keygen --name "$name" -o "$name.key" >/dev/null
done
"$blackbox" init box --origin bench.example/box --threshold 3 --custodian c1.pub c2.pub c3.pub c4.pub c5.pub \
    --sealer sealer.pub --examiner examiner.pub --auditor auditor.pub >/dev/null

# 600 messages over 24 months, each with three words of a vocabulary of 900.
awk 'BEGIN { srand(7); for (i = 0; i < 600; i++) {
    month = i % 24; year = 2020 + int(month / 12)
    printf "{\"time\":\"%d-%02d-%02dT10:00:00Z\",\"from\":\"Person %d\",\"text\":\"w%d w%d w%d\"}\n",
        year, month % 12 + 1, i % 28 + 1, i % 7, rand() * 900, rand() * 900, rand() * 900 } }' > messages.jsonl
for _ in $(seq "$deposits"); do
    "$blackbox" seal box messages.jsonl --key sealer.key >/dev/null
done
"$blackbox" accept box --key c1.key >/dev/null

query="$(seq -s ' OR ' -f 'w%.0f' 1 "$terms")"
time_of() { local start; start=$(date +%s.%N); "$@" >/dev/null; echo "$(date +%s.%N) - $start" | bc; }
id="$("$blackbox" --json request box "$query" --case C1 --basis law --key examiner.key | sed -n 's/.*"request": "\(.*\)".*/\1/p')"
echo "$terms terms, 24 months, $deposits deposits, 3 of 5:"
echo "  review:  $(time_of "$blackbox" review box "$id" --key c1.key) s"
for name in c1 c2 c3; do
    echo "  approve: $(time_of "$blackbox" approve box "$id" --key "$name.key") s ($name)"
done
echo "  query:   $(time_of "$blackbox" query box "$id" --key examiner.key) s"
for file in "approval.c1" "share.c1.age"; do
    echo "  $file: $(stat -c %s "box/requests/$id/$file") bytes"
done
