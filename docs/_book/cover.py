"""Draw the cover of the book: half a photograph, and its edges. Writes ``cover.jpg`` beside it."""

from pathlib import Path

import matplotlib.pyplot as plt
import torch

from convtutor import corr2d
from convtutor.images import photograph
from convtutor.kernels import sobel

INK, PAPER = "#1c2127", "#fbfaf7"

image = photograph()
across = sobel().to(image)
edges = torch.hypot(corr2d(image, across), corr2d(image, across.T))
shown = 1 - (edges / edges.quantile(0.99)).clamp(0, 1)
half = shown.shape[1] // 2
shown[:, :half] = image[1:-1, 1:-1][:, :half]

plt.rcParams["font.family"] = "serif"
figure = plt.figure(figsize=(6, 9), facecolor=PAPER)
figure.text(0.1, 0.86, "convtutor", size=44, color=INK)
words = "What a convolutional layer computes,\nand how it learns, by computing it"
figure.text(0.1, 0.77, words, size=15, color=INK, linespacing=1.4)
panel = figure.add_axes((0.1, 0.09, 0.8, 0.8 * 6 / 9 * shown.shape[0] / shown.shape[1]))
panel.imshow(shown.cpu(), cmap="gray", vmin=0, vmax=1)
panel.axis("off")
figure.text(0.1, 0.045, "Cross-correlation in PyTorch", size=12, color=INK)
figure.savefig(Path(__file__).with_name("cover.jpg"), dpi=200, pil_kwargs={"quality": 85})
