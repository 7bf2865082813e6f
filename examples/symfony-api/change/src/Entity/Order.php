<?php

declare(strict_types=1);

namespace App\Entity;

final class Order
{
    public const OPEN = 'open';
    public const PAID = 'paid';
    public const SHIPPED = 'shipped';

    private ?\DateTimeImmutable $paidAt = null;

    /**
     * @param list<OrderLine> $lines
     */
    public function __construct(
        private readonly string $id,
        private readonly string $customer,
        private array $lines = [],
        private string $state = self::OPEN,
    ) {
    }

    public function id(): string
    {
        return $this->id;
    }

    public function customer(): string
    {
        return $this->customer;
    }

    public function state(): string
    {
        return $this->state;
    }

    public function add(OrderLine $line): void
    {
        $this->lines[] = $line;
    }

    public function total(): int
    {
        return array_sum(array_map(fn (OrderLine $line) => $line->total(), $this->lines));
    }

    public function pay(\DateTimeImmutable $now): void
    {
        $this->state = self::PAID;
        $this->paidAt = $now;
    }

    public function refund(int $amount): void
    {
        $this->state = $amount === $this->total() ? 'refunded' : $this->state;
    }

    public function paidAt(): ?\DateTimeImmutable
    {
        return $this->paidAt;
    }
}
