"""How much noise lies on a picture at a time, and how it comes off in one step."""

import torch

STEPS, FIRST_BETA, LAST_BETA = 1000, 0.00085, 0.012
"""Stable Diffusion's "scaled linear" schedule, epsilon prediction (sd-turbo's scheduler)."""


def kept_signal(time: int) -> torch.Tensor:
    """abar_t: the share of the variance that is still the picture's, float32 as the authors'."""
    betas = torch.linspace(FIRST_BETA**0.5, LAST_BETA**0.5, STEPS, dtype=torch.float32) ** 2
    return torch.cumprod(1 - betas, dim=0)[time]


def add_noise(latents: torch.Tensor, noise: torch.Tensor, time: int) -> torch.Tensor:
    kept = kept_signal(time).to(latents.device)
    return kept.sqrt() * latents + (1 - kept).sqrt() * noise


def take_noise_off(latents: torch.Tensor, noise: torch.Tensor, time: int) -> torch.Tensor:
    """x0 = (x_t - sqrt(1 - abar_t) * eps) / sqrt(abar_t)."""
    kept = kept_signal(time).to(latents.device)
    return (latents - (1 - kept).sqrt() * noise) / kept.sqrt()
