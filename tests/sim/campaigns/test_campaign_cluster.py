# SPDX-License-Identifier: Apache-2.0
"""A campaign on a real Dask scheduler with two workers, one of which is killed while it runs."""

import os
import signal
import subprocess
import sys
import time

import pytest

from spikefloat.rtl_gen.checks.targets import block_target
from spikefloat.sim.campaigns.campaign import Cell
from spikefloat.sim.campaigns.store import ResultStore, run_campaign
from spikefloat.sim.devices.physics import Physics
from tests.helpers.paths import ROOT


def cells():
    return [
        Cell(
            target=block_target("ripple4"),
            physics=Physics(synapse_noise=0.1 + i / 50),
            seed=i,
            precision=0.001,
            max_trials=1 << 18,
        )
        for i in range(16)
    ]


@pytest.fixture
def cluster(tmp_path):
    """Start a scheduler and two workers; yield its address and the processes of the workers."""
    file = tmp_path / "scheduler.json"
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "DASK_DISTRIBUTED__WORKER__DAEMON": "False",
        "DASK_TEMPORARY_DIRECTORY": str(tmp_path),
    }
    processes: list[subprocess.Popen] = []

    def start(command, *arguments):
        processes.append(
            subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    f"distributed.cli.dask_{command}",
                    "--scheduler-file",
                    str(file),
                    "--no-dashboard",
                    *arguments,
                ],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )

    start("scheduler", "--host", "127.0.0.1", "--port", "0")
    for _ in range(2):
        start("worker", "--no-nanny", "--nthreads", "1", "--host", "127.0.0.1")
    try:
        from distributed import Client

        deadline = time.monotonic() + 60
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        with Client(scheduler_file=str(file), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            pids = set(client.run(os.getpid).values())
            address = client.scheduler.address
        assert pids == {process.pid for process in processes[1:]}
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.filterwarnings("default")  # those of distributed, when a worker is lost
def test_worker_killed(cluster, tmp_path):
    address, workers = cluster
    path, seen = tmp_path / "store.db", []

    def progress(done, total):
        seen.append((done, workers[0].poll()))
        if done == 4:
            workers[0].send_signal(signal.SIGKILL)

    results = run_campaign(cells(), scheduler=address, path=path, progress=progress)
    assert [done for done, _ in seen] == list(range(17))
    assert workers[0].wait(timeout=10) == -signal.SIGKILL
    assert workers[1].poll() is None
    assert any(status is not None for _, status in seen[:-1])  # it died during the run
    store = ResultStore(path)
    assert len(store) == 16
    store.close()
    assert results == run_campaign(cells(), workers=2)


def test_no_scheduler():
    with pytest.raises(ValueError, match=r"^Scheduler must be the address of a running one, not "):
        run_campaign(cells()[:1], scheduler="nonsense://127.0.0.1:1")
