<?php

declare(strict_types=1);

namespace App\Entity;

final class OrderLine
{
    public function __construct(
        public readonly string $sku,
        public readonly int $quantity,
        public readonly int $price,
    ) {
    }

    public function total(): int
    {
        return $this->quantity * $this->price;
    }
}
