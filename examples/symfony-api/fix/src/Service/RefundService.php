<?php

declare(strict_types=1);

namespace App\Service;

use App\Entity\Order;
use App\Repository\OrderRepository;

final class RefundService
{
    public function __construct(private OrderRepository $orders)
    {
    }

    public function refund(string $id, int $amount): Order
    {
        $order = $this->orders->find($id) ?? throw new \OutOfBoundsException("No order $id");
        if ($amount > $order->total()) {
            throw new \InvalidArgumentException("Refund of $amount is more than the order's {$order->total()}");
        }
        $order->refund($amount);
        $this->orders->save($order);

        return $order;
    }

    public function reason(?string $given): string
    {
        return trim($given ?? '');
    }
}
