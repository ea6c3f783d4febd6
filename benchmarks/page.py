"""Training in a page: with its own products, with NumPy's, and beside TensorFlow.js.

All of it in one browser, in turns: ``make bench-page``. A ratio is the median over the rounds of
the ratio within a round.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from figures import write_figures
from mlp_wheel import OFFLINE, build_info
from playwright.sync_api import Browser, sync_playwright

from chromium import NO_BROWSER, find_chromium, served
from fetch_pyodide import pack
from mlp_core import load_dataset
from mlp_core.data.sources import find_dataset

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
Timer: TypeAlias = Callable[[str], float]  # from the name of a piece of work to seconds

ROUNDS = {
    "outputs": 15,
    "gradient of the weights": 15,
    "gradient of the inputs": 15,
    "30 epochs of digits": 7,
    "an epoch of MNIST": 3,
}
PAGE, PEER = "mlp_core", "TensorFlow.js"
PEER_FILES = {
    "@tensorflow/tfjs@4.22.0": ["tf.min.js"],
    "@tensorflow/tfjs-backend-wasm@4.22.0": [
        "tf-backend-wasm.min.js",
        "tfjs-backend-wasm.wasm",
        "tfjs-backend-wasm-simd.wasm",
    ],
}
PEER_PAGE = '<script src="tf.min.js"></script><script src="tf-backend-wasm.min.js"></script>'
PEER_LACKS, LONGEST = "30 epochs of digits", "an epoch of MNIST"
START_WORKER = """build => new Promise((resolve, reject) => {
    window.worker = new Worker('worker.js');
    worker.onmessage = ({data}) => {
        if (data.kind === 'ready') resolve(data.versions);
        if (data.kind === 'broken') reject(new Error(data.message));
    };
    worker.postMessage({kind: 'boot', build: {...build, base: location.href}});
})"""
GIVE_MNIST = """async names => {
    pyodide.FS.mkdir('/mnist');
    for (const name of names) {
        const content = await (await fetch(`mnist/${name}`)).arrayBuffer();
        pyodide.FS.writeFile(`/mnist/${name}`, new Uint8Array(content));
    }
}"""
RUN = "program => pyodide.runPython(program)"


def write_site(folder: Path) -> dict[str, Any]:
    """Write all that the pages load; return what the worker is told of the build."""
    (folder / "index.html").write_text("<title>mlp_core</title>", "utf-8")
    (folder / "peer.html").write_text(PEER_PAGE, "utf-8")
    images, labels = load_dataset("mnist").examples("train")
    images.tofile(folder / "pixels.bin")
    labels.astype("uint8").tofile(folder / "labels.bin")
    mnist = find_dataset("mnist")
    assert mnist is not None  # it has just been read
    shutil.copytree(mnist, folder / "mnist")
    for package, names in PEER_FILES.items():
        with tarfile.open(pack(package, folder)) as archive:
            for name in names:
                content = archive.extractfile(f"package/dist/{name}")
                assert content is not None
                (folder / name).write_bytes(content.read())
    return build_info(ROOT, folder)


def open_contestants(
    browser: Browser, address: str, folder: Path, build: dict[str, Any]
) -> dict[str, Timer]:
    """Return what times a piece of work in the page, by whom."""
    page, peer = browser.new_page(), browser.new_page()
    page.goto(f"{address}/index.html")
    versions = page.evaluate(START_WORKER, build)
    if versions["products"] == "NumPy":
        raise SystemExit("this browser has no WebAssembly SIMD: there is nothing to compare")
    (worker,) = page.workers
    names = [file.name for file in (folder / "mnist").iterdir()]
    worker.evaluate(GIVE_MNIST, names)
    worker.evaluate(RUN, (HERE / "in_page.py").read_text("utf-8"))
    peer.goto(f"{address}/peer.html")
    program = (HERE / "peer_in_page.js").read_text("utf-8").rstrip().rstrip(";")

    def by_python(products: str) -> Timer:
        return lambda work: worker.evaluate(RUN, f"measure({work!r}, {products!r})")

    return {
        PAGE: by_python("page"),
        "NumPy": by_python("numpy"),
        PEER: lambda work: peer.evaluate(program, work),
    }


def time_work(work: str, contestants: dict[str, Timer], rounds: int) -> dict[str, Any]:
    """Time a piece of work by all in turns; return what the benchmark writes of it."""
    able = {n: c for n, c in contestants.items() if (n, work) != (PEER, PEER_LACKS)}
    for name, timer in able.items():
        if work != LONGEST or name == PAGE:
            timer(work)  # a warm-up: browsers compile what is used often once more
    times: dict[str, list[float]] = {name: [] for name in able}
    for _ in range(rounds):
        for name, timer in able.items():
            times[name].append(timer(work))
    ratios = {
        name: statistics.median(p / o for p, o in zip(times[PAGE], own, strict=True))
        for name, own in times.items()
    }
    print(f"{work}, {rounds} rounds")
    for name, own in times.items():
        median = 1000 * statistics.median(own)
        print(f"  {name:<16}{median:>12.3f} ms   {PAGE} / it {ratios[name]:.3f}", flush=True)
    return {"work": work, "rounds": rounds, "seconds": times, "page_ratio": ratios}


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, help="of each piece of work; more of the short ones")
    parser.add_argument("--only", default="", help="work whose name contains this text")
    parser.add_argument("--pyodide", type=Path, default=ROOT / ".venv" / "pyodide")
    parser.add_argument("--output", type=Path, default=Path("results/benchmark-page.json"))
    args = parser.parse_args()
    os.environ[OFFLINE] = str(args.pyodide)
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit(NO_BROWSER)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        build = write_site(folder)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with served(folder) as address:
            contestants = open_contestants(browser, address, folder, build)
            works = [
                time_work(work, contestants, args.rounds or rounds)
                for work, rounds in ROUNDS.items()
                if args.only in work
            ]
        version = browser.version
        browser.close()
    write_figures(args.output, browser=f"Chromium {version}", peer=list(PEER_FILES), works=works)


if __name__ == "__main__":
    main()
