# SPDX-License-Identifier: Apache-2.0
"""Train the small language model on the documentation, and store it.

    python scripts/train_language.py

writes `language.npz`, `language.json` and `language_sample.txt` into `sim/training/data`. It takes
about twenty minutes, and needs no other packages than the program does. The text is that
of the pages as they are; the JSON file records its SHA-256, so that it can be told whether it was
another. One page is not trained on: it is the sample that perplexity is measured with.
"""

import hashlib
import json
from pathlib import Path

import numpy as np

from spikefloat.rtl_gen.files import write_files
from spikefloat.sim.exchange.digits import weight_file
from spikefloat.sim.training.language import (
    CHARACTERS,
    DECODER,
    STEPS,
    character_numbers,
    train_language,
)

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = "docs/reference/rounding.md"
SEED = 0


def main() -> None:
    """Train, and write the files."""
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
    text = "".join(page.read_text("utf-8") for page in pages if page != ROOT / SAMPLE)
    sample = "".join(c for c in (ROOT / SAMPLE).read_text("utf-8") if c in CHARACTERS)
    weights = train_language(
        DECODER.network(),
        character_numbers(text),
        seed=SEED,
        progress=lambda line: print(line, flush=True),
    )
    arrays = {name: array.astype(np.float16) for name, array in weights.items()}
    data = weight_file(arrays)
    about = {
        "width": DECODER.width,
        "hidden": DECODER.hidden,
        "layers": DECODER.layers,
        "heads": DECODER.heads,
        "key_heads": DECODER.key_heads,
        "context": DECODER.context,
        "epsilon": [DECODER.epsilon.numerator, DECODER.epsilon.denominator],
        "base": DECODER.base,
        "shared": DECODER.is_shared,
        "tokens": list(CHARACTERS),
        "sha256": hashlib.sha256(data).hexdigest(),
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "seed": SEED,
        "steps": list(STEPS),
    }
    write_files(
        ROOT / "sim/training/data",
        {
            "language.npz": data,
            "language.json": json.dumps(about, indent=1) + "\n",
            "language_sample.txt": sample,
        },
    )


if __name__ == "__main__":
    main()
