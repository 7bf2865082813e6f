<?php

declare(strict_types=1);

namespace App\Message;

final class OrderPaid
{
    public function __construct(public readonly string $orderId)
    {
    }
}
