#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Proves designs (docs/explanation/proof.md) and writes docs/data/proofs.csv. What was proved before is kept in the
# cache by the hash of its netlist, so that a run goes on where it stopped. Takes about a quarter of an hour on one core;
# `python docs/tables.py proofs` then writes the table.
set -euo pipefail
cd "$(dirname "$0")/../.."
kept=docs/data/proofs.csv
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT

prove() {  # DESIGN,... OPTION...
    echo "prove $*" >&2
    # Without the command, the lemmas and what only a wrong circuit has.
    python -m spikefloat prove "$@" --csv --quiet | python -c '
import csv, sys
names = ("design", "format", "to", "library", "rounding", "flags", "style", "stages", "circuit")
names += ("input_bits", "method", "ands", "seconds", "result")
for row in csv.DictReader(sys.stdin):
    print(*(row[name] for name in names), sep=",")
' >> "$rows"
}

questions=equal,less,less_equal,greater,greater_equal,unordered
extremes=minimum,maximum,minimum_number,maximum_number
echo design,format,to,library,rounding,flags,style,stages,circuit,input_bits,method,ands,seconds,result > "$rows"
prove multiply,divide,square_root,add,subtract,$extremes,$questions --format binary16,bfloat16
prove convert --format binary32 --to binary16,bfloat16
prove multiply,divide,square_root,add,subtract --format binary32
prove $extremes,$questions --format binary32
prove multiply,divide,$extremes,$questions --format tf32
prove multiply,square_root,$extremes,$questions --format binary64
prove multiply,add --format bfloat16 --stages 1,2,4
prove multiply,divide --format binary16,bfloat16,binary32 --rounding rtz,rdn,rup,rna
prove multiply,add,divide,square_root --format e4m3fn,e5m2 --flags
prove multiply,add --format e4m3fn,e5m2 --stages 1,2,3,4
prove multiply,add,divide,square_root,less --format e4m3fn,e5m2 --style spiking
prove multiply,divide,square_root,add,less,minimum --format binary16,bfloat16,binary32 --style spiking
cp "$rows" "$kept"
