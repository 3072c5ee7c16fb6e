#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures what docs/explanation/physics.md and docs/reference/devices.md show and a test run is too short for: figures into docs/data, from
# which `python docs/tables.py` makes the tables, and pictures. Takes some twenty minutes of one core;
# the numbers depend on nothing but the circuits. `measure.sh leak noise` does only some.
set -euo pipefail
cd "$(dirname "$0")/../.."
chosen=" $* "

measure() {  # NAME COMMAND...: into NAME.csv, and for --plot into docs/figures
    local name=$1
    shift
    [[ $chosen == "  " || $chosen == *" $name "* ]] || return 0
    echo "$name" >&2
    # Of criticality without the list of neurons, which is its last column and long.
    python -m "$@" --csv --quiet | sed -E 's/,("\[\{.*|by_neuron)$//' > "docs/data/$name.csv"
}

picture() {  # NAME: the options that draw it
    echo "--plot docs/figures/physics_$1"
}

units="multiply,add --library all --budget w1,w2,w8,free --objective neurons"
# shellcheck disable=SC2046,SC2086
{
    measure clipped spikefloat sweep and,or,xor,ripple4 \
        --input-noise 0.10,0.15,0.20,0.25,0.30 --clamp-inputs --precision 0.002 \
        $(picture inputs_clipped)
    measure inputs spikefloat sweep and,or,xor,ripple4 \
        --input-noise 0.10,0.15,0.20,0.25,0.30 --precision 0.001 $(picture inputs)
    measure synapses spikefloat sweep $units --synapse-noise 0.05,0.1,0.15,0.2 --precision 0.002 \
        $(picture synapses)
    measure membranes spikefloat sweep $units --membrane-noise 0.05,0.1,0.15,0.2 \
        --precision 0.002 $(picture membranes)
    measure presets spikefloat sweep $units \
        --device pcm-weights,reram-weights,ecram-weights,capacitor-weights --precision 0.0001
    measure faults spikefloat criticality multiply,add --library all --budget w1,w2 \
        --objective neurons
    measure criticality spikefloat criticality multiply --objective neurons $(picture criticality)
    measure criticality_published spikefloat criticality multiply --library published \
        $(picture criticality_published)
    measure tolerance spikefloat tolerance $units
    measure membrane_tolerance spikefloat tolerance $units --knob membrane_noise
    measure leak_tolerance spikefloat tolerance and,or,multiply,add --objective neurons \
        --style spiking --knob leak --order provoking --exact-rate 0.99999
    measure leak spikefloat sweep and,or,xor,multiply,add --objective neurons --style spiking \
        --leak 0:1:0.05 --order random,provoking --precision 0.002 $(picture leak)
    for budget in w1 w2 w8; do
        measure harden_$budget spikefloat harden multiply,add --budget $budget --synapse-noise 0.2
    done
    measure harden_published spikefloat harden multiply,add --library published --synapse-noise 0.2
    measure harden_free spikefloat harden add --budget free --synapse-noise 0.2 \
        --max-synapses 2000000
    measure hardened spikefloat tolerance $units --harden 0.1,0.15,0.2 $(picture tolerance)
}
