"""Writes the fixtures of this folder with PyTorch: `python3 write.py`.

For each network: its state_dict as a user would save it (.safetensors by safetensors.torch, .npz by
numpy), the data x and y (.npy), and what PyTorch itself says there, NAME.torch.npz: per-sample losses,
per-sample gradients (one row a sample, layer by layer, weight before bias), and, where there is room,
the eigenvalues of the Hessian of the mean loss by double backward.
Written with torch 1.13.1 (Debian's python3-torch), numpy 1.24, safetensors 0.8.
"""
import os

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

here = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)


def net(widths, activation):
    layers = []
    for i, (a, b) in enumerate(zip(widths, widths[1:])):
        layers += [nn.Linear(a, b)] + ([activation()] if i < len(widths) - 2 else [])
    return nn.Sequential(*layers)


def losses(model, kind, x, y):
    f = model(x)
    if kind == "cross-entropy":
        return nn.functional.cross_entropy(f, y, reduction="none")
    return 0.5 * ((f - y) ** 2).sum(1)


def write(name, widths, activation, kind, dtype, samples, seed, archive, steps=0, hessian=False):
    torch.manual_seed(seed)
    model = net(widths, activation).to(dtype)
    x = torch.randn(samples, widths[0], dtype=dtype)
    if kind == "cross-entropy":
        y = nn.functional.one_hot(torch.randint(widths[-1], (samples,)), widths[-1]).to(dtype)
    else:
        y = torch.sin(x[:, : widths[-1]] * 2) + 0.5 * torch.randn(samples, widths[-1], dtype=dtype)
    if steps:  # to a minimum, which noise around a network of the same shape keeps at finite weights
        with torch.no_grad():
            teacher = net(widths, activation).to(dtype)
            for p in teacher.parameters():
                p.copy_(torch.randn(p.shape, dtype=dtype))
            y = teacher(x) + 0.3 * torch.randn(samples, widths[-1], dtype=dtype)
            for p, q in zip(model.parameters(), teacher.parameters()):
                p.copy_(q)
        opt = torch.optim.LBFGS(model.parameters(), max_iter=steps, max_eval=2 * steps, history_size=50,
                                tolerance_grad=1e-9, tolerance_change=0, line_search_fn="strong_wolfe")

        def closure():
            opt.zero_grad()
            loss = losses(model, kind, x, y).mean()
            loss.backward()
            return loss

        opt.step(closure)
    params = list(model.parameters())
    each = losses(model, kind, x, y)
    grads = torch.stack([torch.cat([g.flatten() for g in torch.autograd.grad(l, params, retain_graph=True)])
                         for l in each])
    said = {"losses": each.detach().numpy(), "gradients": grads.numpy()}
    if hessian:
        first = torch.autograd.grad(losses(model, kind, x, y).mean(), params, create_graph=True)
        first = torch.cat([g.flatten() for g in first])
        rows = [torch.cat([g.flatten() for g in torch.autograd.grad(v, params, retain_graph=True)]) for v in first]
        said["hessian_eigenvalues"] = torch.linalg.eigvalsh(torch.stack(rows)).flip(0).numpy()
        said["gradient_norm"] = np.array([first.norm().item()])
    path = os.path.join(here, name)
    np.save(path + ".x.npy", x.numpy())
    np.save(path + ".y.npy", y.numpy())
    np.savez_compressed(path + ".torch.npz", **said)
    if archive == "safetensors":
        save_file(model.state_dict(), path + ".safetensors")
    else:
        np.savez(path + ".npz", **{k: v.numpy() for k, v in model.state_dict().items()})
    print(name, "loss", each.mean().item(), "parameters", sum(p.numel() for p in params), said.get("gradient_norm"))


write("relu", (5, 7, 6, 1), nn.ReLU, "mean-square", torch.float32, 12, 1, "safetensors")
write("gelu", (4, 6, 5, 3), nn.GELU, "cross-entropy", torch.float64, 12, 2, "safetensors")
write("tanh", (3, 6, 2), nn.Tanh, "mean-square", torch.float64, 12, 3, "npz")
write("identity", (3, 4, 4, 4, 1), nn.Identity, "mean-square", torch.float64, 12, 4, "npz")
write("trained", (3, 2, 1), nn.Tanh, "mean-square", torch.float64, 200, 5, "safetensors", 3000, True)
write("trained_gelu", (3, 2, 1), nn.GELU, "mean-square", torch.float64, 200, 6, "safetensors", 3000, True)
