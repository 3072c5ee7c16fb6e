# SPDX-License-Identifier: Apache-2.0
"""Shared logic operations: every simplification keeps the function."""

import itertools
import operator
import random
from functools import reduce

from spikefloat.sim.graphs.logic import FALSE, TRUE, Logic, Operation

FUNCTIONS = {"and_": operator.and_, "or_": operator.or_, "xor": operator.xor}

#: Truth tables of four inputs: bit ``p`` is the value for pattern ``p``.
INPUTS = [0xAAAA, 0xCCCC, 0xF0F0, 0xFF00]
ALL = 0xFFFF


def tables_of(logic, literals):
    """Return the truth table of each literal."""
    actions = {
        Operation.NOT: lambda a: ALL ^ a,
        Operation.AND: operator.and_,
        Operation.OR: operator.or_,
        Operation.XOR: operator.xor,
    }
    tables = [0, *INPUTS]
    for operation, operands in logic.gates[5:]:
        tables.append(actions[operation](*(tables[operand] for operand in operands)))
    return [tables[literal >> 1] ^ (ALL if literal & 1 else 0) for literal in literals]


def test_random_operations():
    rng = random.Random(4)
    checked = 0
    for _ in range(300):
        logic = Logic(4)
        literals = [FALSE, 2, 4, 6, 8]
        for _ in range(15):
            name = rng.choice(list(FUNCTIONS))
            a, b = (rng.choice(literals) ^ rng.randint(0, 1) for _ in range(2))
            literal = getattr(logic, name)(a, b)
            table_a, table_b, table = tables_of(logic, (a, b, literal))
            assert table == FUNCTIONS[name](table_a, table_b)
            literals.append(literal)
            checked += 1
    assert checked == 4500


def test_full_add():
    """All choices of three from constants, inputs and complements, known or not."""
    logic = Logic(4)
    count = 0
    for a, b, c in itertools.product(range(10), repeat=3):
        x, y, z, total, carry = tables_of(logic, (a, b, c, *logic.full_add(a, b, c)))
        assert total == x ^ y ^ z
        assert carry == x & y | x & z | y & z
        count += 1
    assert count == 1000


def test_parity():
    logic = Logic(4)
    for size in range(5):
        for literals in itertools.product((TRUE, 2, 5, 6, 9), repeat=size):
            parity, *tables = tables_of(logic, (logic.parity(literals), *literals))
            assert parity == reduce(operator.xor, tables, 0)


def test_no_repeats():
    logic = Logic(4)
    both = logic.and_(2, 4)
    count = len(logic.gates)
    assert logic.and_(4, 2) == both
    assert logic.or_(3, 5) == both ^ 1
    assert logic.and_(both, 2) == both
    assert logic.and_(both, 5) == FALSE
    assert logic.or_(both, 2) == 2
    assert logic.plain(both) == both >> 1
    assert len(logic.gates) == count
