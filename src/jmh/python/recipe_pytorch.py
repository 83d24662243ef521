"""The recipe in PyTorch, to measure against: the same networks, rows, steps and settings.

    /usr/bin/python3 src/jmh/python/recipe_pytorch.py base|recipe|demo [options]

  base    fits of one base network, a line of JSON for each
  recipe  three base networks and the in-sample meta network
  demo    what the demo does: three base networks on all rows, three in each of five folds,
          the in-sample and the out-of-fold meta network, and every logit these need

On Debian: apt-get install python3-torch libopenblas0-pthread. Without the second, PyTorch computes
with the reference BLAS, ten times slower; the script warns of that.
"""

import argparse
import ctypes
import functools
import gzip
import json
import os
import pathlib
import re
import sys
import time

MNIST = pathlib.Path(__file__).parents[2] / "main/resources/org/stacking4j/data/mnist"


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work", choices=["base", "recipe", "demo"])
    parser.add_argument("--threads", type=int, default=1, help="native threads, 0: PyTorch's own choice")
    parser.add_argument("--processes", type=int, default=1, help="fits side by side (demo)")
    parser.add_argument("--batches", choices=["fast", "loader"], default="fast",
                        help="rows gathered by index, or torch.utils.data.DataLoader")
    parser.add_argument("--bases", type=int, default=3)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--test-rows", type=int, default=5_000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=1, help="fits (base)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--core", help="OPENBLAS_CORETYPE instead of the one that fits this processor")
    return parser.parse_args()


def best_core():
    """Debian's OpenBLAS is older than many processors and takes them for much older ones."""
    try:
        flags = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return None
    return "SkylakeX" if " avx512f" in flags else "Haswell" if " avx2" in flags else None


# OpenBLAS and OpenMP read these while they are loaded.
options = parse()
core = options.core or best_core()
if core:
    os.environ["OPENBLAS_CORETYPE"] = core
if options.threads:
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(options.threads)

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.utils.data import DataLoader, TensorDataset  # noqa: E402

if options.threads:
    torch.set_num_threads(options.threads)
    torch.set_num_interop_threads(options.threads)


@functools.cache
def blas():
    """Which BLAS is loaded, and for which processor."""
    if torch.backends.mkl.is_available():
        return "MKL"
    try:
        loaded = set(re.findall(r"/\S*blas\S*", pathlib.Path("/proc/self/maps").read_text()))
    except OSError:
        return "unknown"
    openblas = {path for path in loaded if "openblas" in path}
    if not openblas or any("/libblas.so" in path for path in loaded - openblas):
        print("WARNING: PyTorch runs on a BLAS that is not OpenBLAS, probably ten times slower;"
              " on Debian: apt-get install libopenblas0-pthread", file=sys.stderr)
        return "not OpenBLAS"
    name = ctypes.CDLL(openblas.pop()).openblas_get_corename
    name.restype = ctypes.c_char_p
    return "OpenBLAS " + name().decode()


def images(part, rows):
    with gzip.open(MNIST / f"{part}-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(16 + rows * 784), dtype=np.uint8, offset=16)
    return (torch.from_numpy(pixels.reshape(-1, 784).astype(np.float32)) / 255 - 0.5) / 0.5


def labels(part, rows):
    with gzip.open(MNIST / f"{part}-labels-idx1-ubyte.gz") as file:
        classes = np.frombuffer(file.read(8 + rows), dtype=np.uint8, offset=8)
    return torch.from_numpy(classes.astype(np.int64))


def base_network():
    return nn.Sequential(
        nn.Linear(784, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Dropout(0.3),
        nn.Linear(256, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Dropout(0.3),
        nn.Linear(256, 10),
    )


def meta_network(inputs):
    return nn.Sequential(
        nn.Linear(inputs, 128), nn.ReLU(), nn.Dropout(0.3),
        nn.Linear(128, 128), nn.ReLU(),
        nn.Linear(128, 10),
    )


class Residual(nn.Module):
    """Corrects the average of the bases' logits, starting from none."""

    def __init__(self, bases):
        super().__init__()
        self.network = meta_network(10 * bases)
        nn.init.zeros_(self.network[-1].weight)
        nn.init.zeros_(self.network[-1].bias)

    def forward(self, x):
        return x.view(len(x), -1, 10).mean(1) + self.network(x)


def batches(*tensors):
    """One epoch of shuffled batches."""
    if options.batches == "loader":
        yield from DataLoader(TensorDataset(*tensors), batch_size=128, shuffle=True)
    else:
        for rows in torch.randperm(len(tensors[0])).split(128):
            yield [tensor[rows] for tensor in tensors]


def fit(network, features, classes):
    adam = torch.optim.Adam(network.parameters(), lr=1e-3)
    cross_entropy = nn.CrossEntropyLoss()
    network.train()
    for _ in range(options.epochs):
        total = 0.0
        for x, y in batches(features, classes):
            adam.zero_grad()
            loss = cross_entropy(network(x), y)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 2.0)
            adam.step()
            total += loss.item()
    return network.eval()


@torch.no_grad()
def logits(network, features):
    return torch.cat([network(x) for x in features.split(1024)])


def accuracy(answers):
    return round((answers.argmax(1) == test_classes).double().mean().item(), 4)


def base():
    for number in range(1, options.repeats + 1):
        torch.manual_seed(options.seed + number - 1)
        start = time.perf_counter()
        network = fit(base_network(), features, classes)
        seconds = time.perf_counter() - start
        report(fit=number, seconds=round(seconds, 3), accuracy=accuracy(logits(network, test)))


def recipe():
    torch.manual_seed(options.seed)
    start = time.perf_counter()
    bases = [fit(base_network(), features, classes) for _ in range(options.bases)]
    fitted = time.perf_counter()
    table = torch.cat([logits(network, features) for network in bases], 1)
    tests = [logits(network, test) for network in bases]
    meta = fit(meta_network(10 * options.bases), table, classes)
    stack = accuracy(logits(meta, torch.cat(tests, 1)))
    end = time.perf_counter()
    report(seconds=round(end - start, 3), base_seconds=round(fitted - start, 3),
           accuracy=stack, average=accuracy(sum(tests)), bases=[accuracy(t) for t in tests])


def fit_base(task):
    """A base network's logits of the rows asked for and of the test rows."""
    seed, learn, answer = task
    torch.manual_seed(seed)
    network = fit(base_network(), features[learn], classes[learn])
    return logits(network, features[answer]).numpy(), logits(network, test).numpy()


def fit_meta(task):
    seed, network, table, tests = task
    torch.manual_seed(seed)
    meta = fit(network, torch.from_numpy(table), classes)
    return logits(meta, torch.from_numpy(tests)).numpy()


def demo():
    start = time.perf_counter()
    torch.manual_seed(options.seed)
    everything = np.arange(options.rows)
    folds = np.array_split(torch.randperm(options.rows).numpy(), 5)
    seeds = iter(range(1000 * options.seed, 1000 * options.seed + 999))
    tasks = [(next(seeds), everything, everything) for _ in range(options.bases)]
    tasks += [(next(seeds), np.setdiff1d(everything, fold), fold)
              for _ in range(options.bases) for fold in folds]
    side_by_side = map
    if options.processes > 1:
        from multiprocessing import get_context
        pool = get_context("fork").Pool(options.processes)  # the rows are shared
        side_by_side = lambda work, items: pool.map(work, items, chunksize=1)  # noqa: E731
    results = list(side_by_side(fit_base, tasks))

    in_sample, in_sample_tests = (
        np.concatenate(part, 1) for part in zip(*results[:options.bases]))
    out_of_fold = np.empty_like(in_sample)
    out_of_fold_tests = np.zeros_like(in_sample_tests)
    for i, (held_out, tests) in enumerate(results[options.bases:]):
        columns = slice(i // 5 * 10, i // 5 * 10 + 10)
        out_of_fold[folds[i % 5], columns] = held_out
        out_of_fold_tests[:, columns] += tests / 5
    stacks = list(side_by_side(fit_meta, [
        (next(seeds), meta_network(10 * options.bases), in_sample, in_sample_tests),
        (next(seeds), Residual(options.bases), out_of_fold, out_of_fold_tests),
    ]))
    end = time.perf_counter()
    report(seconds=round(end - start, 3),
           in_sample=accuracy(torch.from_numpy(stacks[0])),
           accuracy=accuracy(torch.from_numpy(stacks[1])),
           bases=[accuracy(torch.from_numpy(tests)) for _, tests in results[:options.bases]])


def report(**measured):
    print(json.dumps({
        "who": "pytorch", "rows": options.rows, "epochs": options.epochs,
        "threads": options.threads, "processes": options.processes, "batches": options.batches,
        "torch": torch.__version__, "blas": blas(), **measured,
    }), flush=True)


features, classes = images("train", options.rows), labels("train", options.rows)
test, test_classes = images("t10k", options.test_rows), labels("t10k", options.test_rows)
{"base": base, "recipe": recipe, "demo": demo}[options.work]()
